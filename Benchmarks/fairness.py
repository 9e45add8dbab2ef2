"""What landlord B notices of a flood for landlord A: a tenant's message until it is on B's live stream, and a send until Meta has it."""
import time

from programs import Server, call, finish_load, load, simulator, start_load
from report import figures

TITLE = "Fairness: one landlord beside another's flood"


def run(bench, report):
    seconds = 8 if bench.quick else 40
    for engine in bench.engines:
        rows = []
        results = {}
        for name, flood in (("idle", None), ("flood of webhooks", "webhooks"), ("flood of sends", "sends")):
            event, send = measure(bench, engine, seconds, flood)
            results[name] = (event, send)
            rows.append([name, figures(event["seen"]), event["unseen"], figures(send), send["statuses"]])
            report.figures[f"{engine.name}, {name}"] = {"event": event, "send": send}
        report.table([f"Landlord B on {engine.name}", "event until live: p50 / p99 / max", "not seen", "send until accepted: p50 / p99 / max", "answers"], rows)
        for name in ("flood of webhooks", "flood of sends"):
            for what, idle, busy in (("event", results["idle"][0]["seen"], results[name][0]["seen"]), ("send", results["idle"][1], results[name][1])):
                limit = 2 * idle["p99"] + 20
                complete = busy["answered"] > 0
                report.must(f"{what} of B beside a {name} on {engine.name}: p99 < 2 × idle + 20 ms (aim + 5)", complete and busy["p99"] < limit,
                            f"{busy['p99']:.1f} ms, idle {idle['p99']:.1f} ms", complete and busy["p99"] < 2 * idle["p99"] + 5)
    report.note(
        "B has 20 events and 10 sends a second. The flood of webhooks is 64 connections in a closed loop for A alone, with A's backlog growing; "
        "the flood of sends is 300 a second by A, whose number may send 80.")


def measure(bench, engine, seconds, flood):
    with simulator("--webhook-batch", 100, "--read-after", 50, log=bench.log) as meta, Server(*database_of(bench, engine), meta.address, log=bench.log) as server:
        from worlds import connect, write
        lines = [connect(number, server, meta, 200) for number in range(2)]
        call("PUT", meta.address + "/simulator/webhook", {"url": server.webhook})
        both = write(None, lines, bench.folder / "fairness.json")
        flooded, quiet = both.only(0, 1, "flooded"), both.only(1, 2, "quiet")
        for line in lines:
            for person in range(100):
                call("POST", f"{meta.address}/simulator/phones/+{line['firstPerson'] + person}/messages",
                     {"phoneNumberId": line["phoneNumberId"], "type": "text", "text": {"body": "Hello"}})
        server.wait_until_applied()
        running = start_flood(bench, server, flooded, seconds + 6, flood)
        time.sleep(2)
        probe = start_load("probe", "--target", server.webhook, "--world", quiet.file, "--series", bench.series(), "--stream",
                           server.address + "/api/whatsapp/events", "--rate", 20, "--seconds", seconds)
        send = start_load("post", "--target", server.address + "/api/whatsapp/sendMessage?wait=10", "--world", quiet.file, "--series",
                          bench.series(), "--events", "sends", "--rate", 10, "--seconds", seconds, "--connections", 64)
        results = finish_load(probe), finish_load(send)
        if running is not None:
            running.kill()
            running.communicate()
        return results


def database_of(bench, engine):
    from programs import migrate
    database = engine.empty()
    migrate(database.url)
    return [database.url]


def start_flood(bench, server, world, seconds, kind):
    if kind == "webhooks":
        return start_load("post", "--target", server.webhook, "--world", world.file, "--series", bench.series(), "--connections", 64,
                          "--seconds", seconds, "--requests", 6_000 * seconds)
    if kind == "sends":
        return start_load("post", "--target", server.address + "/api/whatsapp/sendMessage", "--world", world.file, "--series", bench.series(),
                          "--events", "sends", "--rate", 300, "--seconds", seconds, "--connections", 64)
    return None
