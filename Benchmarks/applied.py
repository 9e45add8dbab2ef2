"""The highest rate at which events are durable and applied, the lag not growing; and the latencies at 70% of it."""
import time

from durable import peer
from programs import Server, finish_load, start_load
from report import figures, median

TITLE = "Durable and applied, sustained"


def run(bench, report):
    # Between our own runs, since machines change their speed meanwhile.
    baseline, found, latencies = [peer(bench, seconds_of_peer(bench))], [], []
    for engine, must, aim in ((bench.sqlite, 3, 4), (bench.postgres, 2, 3)):
        for landlords, people in ((200, 50), (1, 5_000)):
            # One landlord alone is a look beside it: Meta's rule for one number has a benchmark of its own.
            rate, lag, result = highest(bench, engine, landlords, people, bench.quick or landlords == 1)
            name = f"ZenRent, {engine.name}, {landlords} landlord{'s' if landlords > 1 else ''}"
            found.append((name, engine, landlords, must, aim, rate, lag, result))
            report.figures[name] = {"rate": rate, "lag": lag, **result}
            if landlords > 1:
                latencies.append(at_most_of_it(bench, report, engine, rate))
        baseline.append(peer(bench, seconds_of_peer(bench)))
    tell(report, found, median([run["rate"] for run in baseline]) if all(baseline) else None)
    report.table(["At 70% of that, open loop", "events/s", "answers p50 / p99 / max", "greatest lag"], latencies)
    report.note("One tenant's message per request. Sustained: everything answered with 200, and the oldest event that waits stays below 1 s.")


def seconds_of_peer(bench):
    return 3 if bench.quick else 10


def tell(report, found, a):
    rows = [["A: Express, SQLite FULL", f"{a:,.0f}/s", "1.0", "", "", ""]] if a else []
    for name, engine, landlords, must, aim, rate, lag, result in found:
        rows.append([name, f"{rate:,.0f}/s", f"{rate / a:.1f}" if a else "–", f"{lag:.1f} s", figures(result), f"{result['cpu']:.2f}"])
        if a and landlords > 1:
            report.must(f"{must} × A on {engine.name} (aim {aim})", rate >= must * a, f"{rate / a:.1f} × A", rate >= aim * a)
    report.table(["", "events applied", "× A", "greatest lag", "answers p50 / p99 / max", "cores used by the server"], rows)


def at_most_of_it(bench, report, engine, rate):
    result, lag = attempt(bench, engine, 0.7 * rate, 15 if bench.quick else 60, 200, 50)
    report.figures[f"70%, {engine.name}"] = {"lag": lag, **result}
    report.must(f"p99 < 50 ms at 70% on {engine.name} (aim 20 ms)", result["p99"] < 50, f"{result['p99']:.1f} ms", result["p99"] < 20)
    return [f"ZenRent, {engine.name}", f"{0.7 * rate:,.0f}", figures(result), f"{lag:.1f} s"]


def highest(bench, engine, landlords, people, is_quick):
    """Doubles until it does not hold, halves the interval a few times, then proves the rate over the whole time."""
    probe, whole = (5, 15) if is_quick else (6, 60)
    low, high = 0, 2_000
    while holds(bench, engine, high, probe, landlords, people):
        low, high = high, high * 2
    for _ in range(3 if is_quick else 4):
        middle = (low + high) / 2
        if holds(bench, engine, middle, probe, landlords, people):
            low = middle
        else:
            high = middle
    rate = low
    while rate > 50:
        result, lag = attempt(bench, engine, rate, whole, landlords, people)
        if is_sustained(result, lag):
            return rate, lag, result
        rate *= 0.93
    raise RuntimeError(f"No rate is sustained on {engine.name}.")


def holds(bench, engine, rate, seconds, landlords, people):
    result, lag = attempt(bench, engine, rate, seconds, landlords, people)
    good = is_sustained(result, lag)
    print(f"  {engine.name}, {landlords} landlords, {rate:.0f}/s: {'holds' if good else 'does not hold'}, lag {lag:.1f} s, "
          f"answers {figures(result)}", flush=True)
    return good


def is_sustained(result, lag):
    refused = sum(count for status, count in result["statuses"].items() if status != "200")
    return lag < 1 and refused == 0 and result["failed"] == 0 and result["notSent"] == 0


def attempt(bench, engine, rate, seconds, landlords, people, *more):
    """One open-loop run on a fresh copy. Answers the report and the greatest lag seen."""
    with bench.copy_of_world(engine, landlords, people) as database, Server(database.url, log=bench.log) as server:
        cpu = server.cpu_seconds()
        running = start_load(
            "post", "--target", server.webhook, "--world", bench.world(engine, landlords, people).file, "--series", bench.series(),
            "--rate", rate, "--seconds", seconds, "--warm-up", 2, "--connections", 256, *more)
        lag = watch(server, running)
        result = finish_load(running)
        result["cpu"] = (server.cpu_seconds() - cpu) / (seconds + 2)
        result["memory"] = server.memory()[1]
        return result, max(lag, rest(server))


def watch(server, running):
    """The greatest lag while the load runs. It is given up when it has grown hopelessly."""
    lag = 0
    while running.poll() is None:
        lag = max(lag, server.ledger()["oldestSeconds"])
        time.sleep(0.5)
    return lag


def rest(server):
    """How long what waits at the end takes to be applied; more than a second is a lag like any other."""
    begun = time.monotonic()
    while server.ledger()["waiting"] > 0 and time.monotonic() - begun < 10:
        time.sleep(0.05)
    return time.monotonic() - begun
