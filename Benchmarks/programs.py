"""Starts and stops the programs of a benchmark, each in a process of its own."""
import base64, json, os, re, shutil, signal, subprocess, tempfile, time, urllib.error, urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build-release" / "release"
SECRETS = {
    "META_APP_ID": "700000000000001", "META_APP_SECRET": "simulator-app-secret", "META_CONFIG_ID": "800000000000001",
    "WEBHOOK_VERIFY_TOKEN": "verify", "TOKEN_KEYS": "k1:" + base64.b64encode(b"benchmark" * 3 + b"12345").decode(),
    "AUTH_JWT_SECRET": "a secret of thirty-two characters",
}
SETTINGS = {**SECRETS, "HOST": "127.0.0.1", "PORT": "0", "ADMIN_PORT": "0", "PUBLIC_URL": "http://127.0.0.1:8080", "LOG_LEVEL": "error"}


class Program:
    """A running program that says `ready ADDRESS` (or another word of its own) when it can be used."""

    def __init__(self, command, environment=None, ready=r"ready (http://\S+)", log=None):
        self.log = open(log, "ab") if log else subprocess.DEVNULL
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(part) for part in command], env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True)
        self.lines = []
        self.address = self._wait_for(ready)

    def _wait_for(self, pattern):
        for line in self.process.stdout:
            self.lines.append(line.strip())
            found = re.search(pattern, line)
            if found:
                return found.group(1) if found.groups() else ""
        raise RuntimeError(f"{self.process.args[0]} ended before it was ready: {self.lines}")

    @property
    def pid(self):
        return self.process.pid

    def next_line(self):
        return self.process.stdout.readline().strip()

    def memory(self):
        """Resident bytes now, and at most so far."""
        fields = dict(re.findall(r"(\w+):\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text()))
        return int(fields["VmRSS"]) * 1024, int(fields["VmHWM"]) * 1024

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGKILL)


class Server(Program):
    """`zenrent serve` on a database, with an operator's address."""

    def __init__(self, database, meta="http://127.0.0.1:9", log=None, command=(BUILD / "zenrent",), environment=None):
        settings = {
            **SETTINGS, "DATABASE_URL": database, "META_GRAPH_URL": meta, "META_SDK_URL": meta + "/en_US/sdk.js",
            "MEDIA_STORE": "file:" + tempfile.gettempdir(), **(environment or {})}
        super().__init__([*command, "serve"], settings, log=log)
        self.admin = re.search(r"http://\S+", self.next_line()).group(0)
        self.webhook = self.address + "/webhook/whatsapp"

    def ledger(self):
        """Counts of the ledger, as operators see them."""
        return get_json(self.admin + "/ready")["ledger"]

    def wait_until_applied(self, seconds=300, pause=0.2):
        """Waits until nothing stored is still to be applied. Answers the seconds it took."""
        begun = time.monotonic()
        while self.ledger()["waiting"] > 0:
            if time.monotonic() - begun > seconds:
                raise RuntimeError(f"Events still wait after {seconds} s: {self.ledger()}")
            time.sleep(pause)
        return time.monotonic() - begun


def migrate(database):
    subprocess.run([BUILD / "zenrent", "migrate"], env={**os.environ, **SECRETS, "DATABASE_URL": database}, check=True,
                   stdout=subprocess.DEVNULL)


def simulator(*options, log=None):
    return Program([BUILD / "meta-simulator", "--port", "0", *options], log=log)


def empty_server():
    return Program([BUILD / "empty-server"])


def express_peer(folder):
    """Baseline A, or None with the reason printed when there is no Node."""
    made = subprocess.run([ROOT / "Benchmarks/node-for-baseline", ROOT / ".build-bench/node"], text=True, capture_output=True)
    if made.returncode != 0:
        print(f"Baseline A is left out: {made.stderr.strip()}", flush=True)
        return None
    environment = dict(pair.split("=", 1) for pair in made.stdout.split())
    port = free_port()
    program = Program(
        ["node", ROOT / "Benchmarks/express_peer.js"],
        {**environment, "PORT": str(port), "STORE": "full", "DB": str(Path(folder) / "peer.db"), "APP_SECRET": SECRETS["META_APP_SECRET"]},
        ready="synchronous")
    assert any("'2'" in line or ": 2" in line for line in program.lines), f"Baseline A is not durable: {program.lines}"
    program.address = f"http://127.0.0.1:{port}"
    return program


def free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def load(command, *options):
    """Runs the load generator and answers what it reports."""
    result = subprocess.run([BUILD / "load-generator", command, *map(str, options)], text=True, capture_output=True)
    if result.returncode != 0:
        raise RuntimeError(f"load-generator {command}: {result.stderr}")
    return json.loads(result.stdout.splitlines()[-1])


def start_load(command, *options):
    """Starts the load generator beside other things; `finish_load` takes its report."""
    return subprocess.Popen([BUILD / "load-generator", command, *map(str, options)], text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish_load(running):
    output, problems = running.communicate()
    if running.returncode != 0:
        raise RuntimeError(f"load-generator: {problems}")
    return json.loads(output.splitlines()[-1])


def call(method, address, body=None, token=None):
    request = urllib.request.Request(address, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {address}: {error.code} {error.read()[:500]}") from None


def get_json(address, token=None):
    return call("GET", address, token=token)


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Not within {seconds} s: {what}")
        time.sleep(0.05)
