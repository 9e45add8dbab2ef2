"""From `exec` to the first 200, on an existing database of a million messages; and the demo's own start."""
import http.client, re, signal, tempfile, time

from programs import BUILD, Program, Server, free_port
from report import median

TITLE = "Start"


def run(bench, report):
    rows = []
    for engine in bench.engines:
        times = measure(bench, engine, 5)
        report.figures[engine.name] = times
        rows.append([f"ZenRent, {engine.name}, {bench.many:,} messages", f"{median(times):.0f} ms", ", ".join(f"{time:.0f}" for time in times)])
        report.must(f"first 200 within 300 ms on {engine.name} (aim 100)", median(times) < 300, f"{median(times):.0f} ms", median(times) < 100)
    times = demo()
    rows.append(["the demo, empty (tables and tenants made)", f"{times[0]:.0f} ms", ""])
    rows.append(["the demo again", f"{median(times[1:]):.0f} ms", ", ".join(f"{time:.0f}" for time in times[1:])])
    report.figures["demo"] = times
    report.table(["From exec to the first 200", "median", "runs"], rows)


def measure(bench, engine, times):
    with bench.copy_of_many(engine) as database:
        return [first_answer(database.url) for _ in range(times)]


def first_answer(database):
    port = free_port()
    begun = time.monotonic()
    import threading
    found = []
    asking = threading.Thread(target=lambda: found.append(until_200(port, begun + 30)))
    asking.start()
    server = Server(database, environment={"PORT": str(port)})
    asking.join()
    server.stop(signal.SIGKILL)
    return (found[0] - server.started) * 1_000


def until_200(port, deadline):
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return time.monotonic()
        except OSError:
            time.sleep(0.002)
    raise RuntimeError("No 200 within 30 s.")


def demo():
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            program = Program([BUILD / "zenrent", "demo", "--port", "0", "--simulator-port", "0", "--data", folder + "/demo"])
            times.append((time.monotonic() - program.started) * 1_000)
            program.stop()
    return times
