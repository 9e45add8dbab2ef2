"""Meta's rule for one busy number: three statuses for each message sent, plus inbound: 3,000 + 1,000 events a second."""
from applied import rest, watch
from programs import Server, finish_load, load, start_load
from report import figures

TITLE = "Meta's rule: 4,000 events a second for one number (3,000 statuses, 1,000 inbound)"
RATE, PEOPLE = 4_000, 5_000


def run(bench, report):
    seconds = 15 if bench.quick else 60
    rows = []
    for engine in bench.engines:
        result, lag = measure(bench, engine, seconds, RATE)
        refused = result["notSent"] + result["failed"] + sum(count for status, count in result["statuses"].items() if status != "200")
        rows.append([f"ZenRent, {engine.name}", f"{result['rate']:,.0f}/s", figures(result), f"{lag:.2f} s", refused, f"{result['cpu']:.2f}"])
        report.figures[engine.name] = {"lag": lag, "refused": refused, **result}
        good = result["p50"] < 25 and result["p99"] < 250 and lag < 1 and refused == 0
        report.must(f"median < 25 ms, p99 < 250 ms (aim 50), lag < 1 s, nothing refused on {engine.name}", good,
                    f"{result['p50']:.1f} ms, {result['p99']:.1f} ms, {lag:.2f} s, {refused}", good and result["p99"] < 50)
    report.table(["", "answered with 200", "answers p50 / p99 / max", "greatest lag", "not answered with 200", "cores used by the server"], rows)
    report.note(
        "One event per request, open loop. The statuses are of messages that exist: the landlord wrote them in the phone app beforehand "
        "(echoes), and each is reported sent, delivered and read within the run.")


def measure(bench, engine, seconds, rate):
    # A quarter of the events are inbound; each outgoing message has three statuses.
    messages = int(rate * (seconds + 2) / 4) + 1_000
    with bench.copy_of_world(engine, 1, PEOPLE) as database, Server(database.url, log=bench.log) as server:
        world, outgoing = bench.world(engine, 1, PEOPLE).file, bench.series()
        load("post", "--target", server.webhook, "--world", world, "--series", bench.series(), "--events", "echoes", "--outgoing", outgoing,
             "--per-body", 50, "--requests", -(-messages // 50), "--connections", 4, "--seconds", 600)
        server.wait_until_applied(600)
        cpu = server.cpu_seconds()
        running = start_load(
            "post", "--target", server.webhook, "--world", world, "--series", bench.series(), "--events", "meta", "--outgoing", outgoing,
            "--outgoing-count", messages, "--rate", rate, "--seconds", seconds, "--warm-up", 2, "--connections", 256)
        lag = watch(server, running)
        result = finish_load(running)
        result["cpu"] = (server.cpu_seconds() - cpu) / (seconds + 2)
        lag = max(lag, rest(server))
        state = server.ledger()
        assert state["parked"] == 0 and state["setAside"] == 0, f"Statuses did not find their messages: {state}"
        return result, lag
