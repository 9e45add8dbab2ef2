"""Running commands of the product, and talking to them as outsiders do."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".build" / "debug"
ZENRENT = BUILT / "zenrent"
META_SIMULATOR = BUILT / "meta-simulator"


def eventually(check, within=60, what="what was expected"):
    """Asks again and again until the answer is true; the answer is returned."""
    answer = last_answer(check, within)
    assert answer, f"{what} did not happen within {within} s; the last answer was {answer!r}"
    return answer


def last_answer(check, within):
    """Asks until the answer is true or the time is over, for what may happen or not."""
    deadline = time.monotonic() + within
    while not (answer := check()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


# Without the environment's proxies: everything is on this machine.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirects)


def ask(method, url, body=None, headers=None, timeout=20):
    """One HTTP request; JSON unless the body is bytes. Statuses of all kinds are answers."""
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with opener.open(request, timeout=timeout) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read())


class Process:
    """A command of ours that prints `ready http://…`; its words are kept for failures."""

    def __init__(self, command, environment=None, cwd=None):
        surroundings = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        self.command = [str(part) for part in command]
        self.lines = []
        self.errors = []
        self.process = subprocess.Popen(
            self.command, env=surroundings | (environment or {}), cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for stream, kept in ((self.process.stdout, self.lines), (self.process.stderr, self.errors)):
            threading.Thread(target=lambda stream=stream, kept=kept: kept.extend(stream), daemon=True).start()

    def address(self, word, within=60):
        """The address that was printed after a word such as `ready`."""

        def find():
            assert self.process.poll() is None, f"{self.command} ended with {self.process.returncode}: {self.words}"
            return next((line.split()[1] for line in self.lines if line.startswith(f"{word} http")), None)

        return eventually(find, within, f"the line '{word} http://…' of {self.command[:2]}")

    @property
    def words(self):
        return "".join(self.lines + self.errors)

    def kill(self):
        """What a power cut does: nothing is finished, nothing is said."""
        self.process.kill()
        self.process.wait()

    def stop(self, within=20):
        """Asks the process to end; answers its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"{self.command[:2]} did not end within {within} s after SIGTERM: {self.words}")
        return self.process.returncode


class Server:
    """Somebody's view of a server and its simulator over HTTP."""

    url: str
    simulator: str
    app_secret: str
    tokens: dict

    def api(self, method, path, body=None, person="olga", **options):
        headers = {"Authorization": f"Bearer {self.token(person)}"} | options.pop("headers", {})
        return ask(method, f"{self.url}/api/whatsapp{path}", body, headers, **options)

    def control(self, method, path, body=None):
        answer = ask(method, f"{self.simulator}/simulator{path}", body)
        assert answer.status == 200, answer
        return answer.json

    def deliver(self, body, secret=None, **options):
        """A webhook as Meta would post it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = hmac.new((secret or self.app_secret).encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
        return ask("POST", f"{self.url}/webhook/whatsapp", raw, headers, **options)

    def connect(self, business="Brandt Lettings", person="olga"):
        """The sign-up popup walked through by the simulator, its answer handed over. Answers the onboarding when it is done."""
        onboarding = self.begin_to_connect(business, person)
        return self.connected(onboarding["id"], person)

    def begin_to_connect(self, business="Brandt Lettings", person="olga"):
        result = self.control("POST", "/signups", {"business": business})
        answer = self.api("POST", "/onboard", result, person)
        assert answer.status == 202, answer
        return answer.json

    def connected(self, onboarding, person="olga", within=60):
        def is_done():
            state = self.api("GET", f"/onboard/{onboarding}", person=person).json
            assert state["status"] != "failed", state
            return state if state["status"] == "done" else None

        return eventually(is_done, within, "the end of the onboarding")

    def conversation(self, tenant, person="olga"):
        """The conversation with one of the platform's tenants, or None."""
        answer = self.api("GET", f"/conversations?tenantId={tenant}", person=person)
        return answer.json["items"][0] if answer.status == 200 and answer.json["items"] else None

    def messages(self, tenant, person="olga"):
        conversation = self.conversation(tenant, person)
        return self.api("GET", f"/conversations/{conversation['id']}/messages", person=person).json["items"] if conversation else []


class Demo(Server):
    """`zenrent demo` on free ports, with its data in a folder of its own."""

    def __init__(self, folder, program=ZENRENT, cwd=None, environment=None):
        self.folder = Path(folder)
        self.program = program
        self.cwd = cwd
        self.environment = environment
        self.process = None
        self.tokens = {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        assert self.process.stop() == 0, self.process.words

    def start(self, *options):
        self.process = Process(
            [self.program, "demo", "--port", "0", "--simulator-port", "0", "--data", self.folder, *options],
            self.environment, cwd=self.cwd)
        self.url = self.process.address("ready")
        self.simulator = self.process.address("simulator")
        self.settings = dict(
            line.strip().split("=", 1) for line in (self.folder / "demo.env").read_text().splitlines() if not line.startswith("#"))
        self.app_secret = self.settings["META_APP_SECRET"]

    def restart_after_kill(self):
        self.process.kill()
        self.start()

    def token(self, person):
        """A sign-in token as the platform issues them."""
        if person not in self.tokens:
            command = [self.program, "token", "issue", "--landlord", person, "--config", self.folder / "demo.env"]
            self.tokens[person] = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        return self.tokens[person]


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Installed(Server):
    """`zenrent serve` beside `meta-simulator`, so that the server alone can be killed. Either engine."""

    application_name = "zenrent"

    def __init__(self, folder, engine, database=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tokens = {}
        self.app_secret = "an-app-secret-for-tests-only"
        system_user = "EAAsystemUserForTests"
        self.pretend_meta = Process([
            META_SIMULATOR, "--port", "0", "--app-secret", self.app_secret, "--system-user-token", system_user, "--state",
            self.folder / "simulator.json"])
        self.simulator = self.pretend_meta.address("ready")
        self.environment = {
            "DATABASE_URL": f"sqlite:{self.folder}/zenrent.sqlite" if engine == "sqlite" else database or new_postgres_database(),
            "PORT": str(free_port()), "META_APP_ID": "700000000000001", "META_APP_SECRET": self.app_secret,
            "META_CONFIG_ID": "800000000000001", "META_SYSTEM_USER_TOKEN": system_user, "META_GRAPH_URL": self.simulator,
            "META_SDK_URL": f"{self.simulator}/en_US/sdk.js", "WEBHOOK_VERIFY_TOKEN": "verify", "LOG_LEVEL": "warning",
            "TOKEN_KEYS": "k1:" + base64.b64encode(bytes(32)).decode(), "AUTH_JWT_SECRET": "a-secret-of-at-least-32-characters",
            "MEDIA_STORE": f"file:{self.folder}/media",
        }
        run([ZENRENT, "migrate"], self.environment)
        self.start()
        self.control("PUT", "/webhook", {"url": f"{self.url}/webhook/whatsapp"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            assert self.process.stop() == 0, self.process.words
        finally:
            self.pretend_meta.stop()

    def start(self):
        self.process = Process([ZENRENT, "serve"], self.environment)
        self.url = self.process.address("ready")

    def restart_after_kill(self):
        self.process.kill()
        self.start()

    def token(self, person):
        if person not in self.tokens:
            self.tokens[person] = run([ZENRENT, "token", "issue", "--landlord", person], self.environment).strip()
        return self.tokens[person]


def run(command, environment=None):
    """Runs a command that ends by itself; answers what it printed."""
    surroundings = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    done = subprocess.run(
        [str(part) for part in command], env=surroundings | (environment or {}), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def new_postgres_database():
    """The URL of a new, empty database on the tests' own server."""
    server = os.environ["TEST_POSTGRES_URL"]
    name = f"journey_{secrets.token_hex(6)}"
    run(["psql", "--quiet", "--dbname", server, "--command", f"CREATE DATABASE {name}"])
    return server.rsplit("/", 1)[0] + f"/{name}"
