"""Resident memory at the peak rate with bodies of 1 and of 20 events, and what an idle live-event connection costs."""
import time

from durable import options
from programs import Server, load, start_load
from report import figures

TITLE = "Memory"
STREAMS = 5_000


def run(bench, report):
    rows = []
    for engine in bench.engines:
        for events, bodies in ((1, 250_000), (20, 90_000)):
            result = peak(bench, engine, events, bodies // (5 if bench.quick else 1))
            report.figures[f"peak, {engine.name}, {events} per body"] = result
            rows.append([f"{engine.name}, {events}", f"{result['rate']:,.0f}/s = {events * result['rate']:,.0f} events/s", f"{result['before'] / 2**20:.0f} MB",
                         f"{result['most'] / 2**20:.0f} MB", f"{result['after'] / 2**20:.0f} MB"])
            if engine is bench.sqlite:
                report.must(f"< 80 MB at the peak on SQLite, bodies of {events} (aim 64)", result["most"] < 80 * 2**20, f"{result['most'] / 2**20:.0f} MB", result["most"] < 64 * 2**20)
    report.table(["Events per body, 64 connections, closed loop", "bodies", "resident before", "at most", "after"], rows)
    report.note("At most: until ten seconds after the last body, while the backlog is applied.")
    idle = streams(bench, bench.sqlite)
    report.figures["streams"] = idle
    each = (idle["with"] - idle["without"]) / STREAMS
    report.table(["Idle live-event connections", "resident without", "with", "each"],
                 [[f"{idle['open']:,}", f"{idle['without'] / 2**20:.0f} MB", f"{idle['with'] / 2**20:.0f} MB", f"{each / 1024:.1f} KiB"]])
    report.must("5,000 idle live-event connections < 32 KiB each (aim 24)", idle["open"] == STREAMS and each < 32 * 1024, f"{each / 1024:.1f} KiB", each < 24 * 1024)


def peak(bench, engine, events, bodies):
    with bench.copy_of_world(engine) as database, Server(database.url, log=bench.log) as server:
        before = server.memory()[0]
        # It ends when the bodies are used up.
        result = load("post", "--target", server.webhook, *options(bench, engine, 60, **{"--per-body": events, "--requests": bodies}))
        time.sleep(10)
        after, most = server.memory()
        return {**result, "before": before, "most": most, "after": after}


def streams(bench, engine):
    with bench.copy_of_world(engine) as database, Server(database.url, log=bench.log) as server:
        load("post", "--target", server.webhook, *options(bench, engine, 1))
        server.wait_until_applied()
        without = server.memory()[0]
        running = start_load("streams", "--target", server.address + "/api/whatsapp/events", "--world", bench.world(engine).file, "--count", STREAMS)
        import json
        opened = json.loads(running.stdout.readline())
        time.sleep(10)
        result = {"without": without, "with": server.memory()[0], "open": opened["answered"]}
        running.communicate()
        return result
