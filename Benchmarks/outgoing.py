"""Outgoing messages at Meta's level HIGH: one number, many recipients, three statuses of each coming back and applied."""
import time
from concurrent.futures import ThreadPoolExecutor

from programs import Server, call, finish_load, get_json, migrate, simulator, start_load
from report import figures
from worlds import connect, write

TITLE = "Outgoing to the pretend Meta at level HIGH"
PEOPLE = 3_000


def run(bench, report):
    seconds = 15 if bench.quick else 60
    rows = []
    for engine in bench.engines:
        result = measure(bench, engine, seconds)
        report.figures[engine.name] = result
        rows.append([f"ZenRent, {engine.name}", f"{result['accepted'] / seconds:,.0f}/s", figures(result["calls"]), f"{result['delivered']:,}",
                     f"{result['statuses']:,}", f"{result['lag']:.1f} s", f"{result['refused']}", f"{result['server']:.2f} / {result['meta']:.2f} / {result['load']:.2f}"])
        rate = result["accepted"] / seconds
        complete = result["unfinished"] == 0 and result["refused"] == 0
        report.must(f"≥ 950 messages/s for one number, all statuses applied, on {engine.name}", rate >= 950 and complete,
                    f"{rate:,.0f}/s, {result['unfinished']} unfinished, {result['refused']} refused")
    report.table(["", "accepted by Meta", "our API's answers p50 / p99 / max", "messages", "statuses applied", "greatest lag", "refused by Meta",
                  "cores: server / Meta / load"], rows)
    report.note(
        f"1,000 sends a second are handed to our API in an open loop for {seconds} s, to {PEOPLE:,} recipients whose windows are open. Limiter, pair limit and window are on, "
        "at ours and at the pretend Meta, which batches statuses (up to 100 in a body) and reports sent, delivered and read.")


def measure(bench, engine, seconds):
    database = engine.empty()
    migrate(database.url)
    with database, simulator("--webhook-batch", 100, "--read-after", 100, log=bench.log) as meta, Server(database.url, meta.address, log=bench.log) as server:
        line = connect(0, server, meta, PEOPLE, "HIGH")
        call("PUT", meta.address + "/simulator/webhook", {"url": server.webhook})
        open_windows(meta, line)
        server.wait_until_applied()
        world = write(None, [line], bench.folder / "outgoing.json")
        cpu = server.cpu_seconds(), meta.cpu_seconds()
        running = start_load("post", "--target", server.address + "/api/whatsapp/sendMessage", "--world", world.file, "--series", bench.series(),
                             "--events", "sends", "--rate", 1_000, "--seconds", seconds, "--connections", 64)
        begun, lag, accepted = time.monotonic(), 0, 0
        while running.poll() is None or time.monotonic() - begun < seconds:
            lag = max(lag, server.ledger()["oldestSeconds"])
            if time.monotonic() - begun <= seconds:
                accepted = get_json(meta.address + "/simulator/sends")["accepted"]
            time.sleep(0.5)
        calls = finish_load(running)
        used = server.cpu_seconds() - cpu[0], meta.cpu_seconds() - cpu[1]
        time.sleep(5)
        server.wait_until_applied(120)
        refused = get_json(meta.address + "/simulator/sends")["refused"]
        states = states_of(server, line, calls["answered"])
        return {"accepted": accepted, "calls": calls, "lag": lag, "refused": refused, "server": used[0] / seconds,
                "meta": used[1] / seconds, "load": calls["cpuSeconds"] / seconds, **states}


def open_windows(meta, line):
    def greet(person):
        call("POST", f"{meta.address}/simulator/phones/+{line['firstPerson'] + person}/messages",
             {"phoneNumberId": line["phoneNumberId"], "type": "text", "text": {"body": "Hello, is somebody there?"}})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(greet, range(PEOPLE)))


def states_of(server, line, sent):
    """Reads every conversation's messages as the platform would, and counts what has all three statuses."""
    conversations = pages(server.address + "/api/whatsapp/conversations?limit=100", line["token"])
    delivered = statuses = unfinished = 0
    for conversation in conversations:
        for message in pages(f"{server.address}/api/whatsapp/conversations/{conversation['id']}/messages?limit=100", line["token"]):
            if message["direction"] != "out":
                continue
            known = [message.get(name) for name in ("sentAt", "deliveredAt", "readAt")]
            delivered += 1
            statuses += sum(1 for time in known if time)
            unfinished += 0 if all(known) else 1
    return {"delivered": delivered, "statuses": statuses, "unfinished": unfinished + max(0, sent - delivered)}


def pages(address, token):
    found, cursor = [], ""
    while True:
        answer = get_json(address + (f"&cursor={cursor}" if cursor else ""), token)
        found += answer["items"]
        cursor = answer.get("next")
        if not cursor:
            return found
