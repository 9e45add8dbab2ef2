"""Twice the peak: what is acknowledged must not fall below 80% of the peak."""
from durable import options
from programs import Server, load
from report import figures

TITLE = "Twice the peak load"


def run(bench, report):
    seconds = 5 if bench.quick else 20
    rows = []
    for engine in bench.engines:
        peak = closed(bench, engine, seconds)
        double = opened(bench, engine, seconds, 2 * peak["rate"])
        share = double["rate"] / peak["rate"]
        refused = sum(count for status, count in double["statuses"].items() if status == "503")
        rows.append([f"ZenRent, {engine.name}", f"{peak['rate']:,.0f}/s", f"{2 * peak['rate']:,.0f}/s", f"{double['rate']:,.0f}/s",
                     f"{100 * share:.0f}%", refused, figures(double), f"{double['memory'] / 2**20:.0f} MB"])
        report.figures[engine.name] = {"peak": peak, "double": double}
        report.must(f"at twice the peak ≥ 80% acknowledged on {engine.name}", share >= 0.8, f"{100 * share:.0f}%")
    report.table(["", "peak (64 connections, closed)", "offered", "acknowledged", "of the peak", "503", "answers p50 / p99 / max", "memory at most"], rows)
    report.note("Offered in an open loop over 1,024 connections; latencies count from the moment a request was due, so they show the queue.")


def closed(bench, engine, seconds):
    with bench.copy_of_world(engine) as database, Server(database.url, log=bench.log) as server:
        return load("post", "--target", server.webhook, *options(bench, engine, seconds))


def opened(bench, engine, seconds, rate):
    with bench.copy_of_world(engine) as database, Server(database.url, log=bench.log) as server:
        result = load("post", "--target", server.webhook, *options(
            bench, engine, seconds, **{"--rate": rate, "--connections": 1_024, "--requests": int(rate * (seconds + 1)) + 1}))
        result["memory"] = server.memory()[1]
        # Good answers of the whole run over its whole time: the queue at the end is not counted as if it had been answered in it.
        result["rate"] = min(result["rate"], result["goodInAll"] / (seconds + 1))
        return result
