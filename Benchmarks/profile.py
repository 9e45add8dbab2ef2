"""Where the server's time goes: python3 Benchmarks/profile.py acknowledge|apply [sqlite|postgres]

Samples the running server with perf, while it acknowledges webhooks (applying in between, as it does) or while it applies a backlog
and nothing else comes in, and prints the functions with the most time of their own."""
import re, subprocess, sys, tempfile, time
from pathlib import Path

from bench import Bench
from programs import Server, finish_load, load, start_load, wait_until


def main():
    what, engine_name = sys.argv[1], (sys.argv[2:] or ["sqlite"])[0]
    with tempfile.TemporaryDirectory(prefix="zenrent-profile-") as folder:
        Path(folder).chmod(0o711)
        bench = Bench(folder, quick=True)
        try:
            engine = getattr(bench, engine_name)
            with bench.copy_of_world(engine) as database, Server(database.url) as server:
                {"acknowledge": acknowledge, "apply": apply}[what](bench, engine, server, Path(folder) / "perf.data")
        finally:
            bench.close()


def acknowledge(bench, engine, server, file):
    running = start_load("post", *options(bench, engine, server, 12))
    wait_until(lambda: server.ledger()["waiting"] > 0, 60, "the load has begun")
    sample(server, file, 8)
    result = finish_load(running)
    print(f"{result['rate']:.0f} acknowledged a second; waiting at the end: {server.ledger()['waiting']}")
    print(top(file))


def apply(bench, engine, server, file):
    sent = load("post", *options(bench, engine, server, 6, "--requests", "16000"))["goodInAll"]
    waiting, begun = server.ledger()["waiting"], time.monotonic()
    sample(server, file, 6)
    left, took = server.ledger()["waiting"], time.monotonic() - begun
    print(f"{sent} acknowledged; {(waiting - left) / took:.0f} applied a second{', all of them: too few' if left == 0 else ''}")
    print(top(file))


def options(bench, engine, server, seconds, *more):
    return ["--target", server.webhook, "--world", bench.world(engine).file, "--series", bench.series(), "--connections", "64",
            "--seconds", seconds, *(more or ("--requests", 12_000 * seconds))]


def sample(server, file, seconds):
    subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "1999", "-g", "-p", str(server.pid), "-o", file, "--", "sleep", str(seconds)], check=True)


def top(file):
    own = report(file, "--no-children", "--sort", "symbol")
    libraries = report(file, "--no-children", "--sort", "dso")
    threads = report(file, "--no-children", "--sort", "comm")
    inclusive = [line for line in report(file, "--children", "--sort", "symbol") if "[k]" not in line and re.match(r"\s+\d+\.\d+%\s+\d", line)]
    parts = [("Own time", own[:40]), ("Libraries", libraries[:12]), ("Threads", threads[:8]), ("With callees", inclusive[:90])]
    return "\n".join(f"\n{title}\n" + "\n".join(line[:170].rstrip() for line in lines) for title, lines in parts)


def report(file, *how):
    graph = ["-g", "caller,50"] if "--children" in how else ["-g", "none"]
    text = subprocess.run(["perf", "report", "-i", file, "--stdio", *graph, *how], text=True, capture_output=True).stdout
    names = subprocess.run(["swift", "demangle", "--compact", "--simplified"], input=text, text=True, capture_output=True).stdout
    return [line for line in names.splitlines() if re.match(r"\s+\d+\.\d+%", line)]


if __name__ == "__main__":
    main()
