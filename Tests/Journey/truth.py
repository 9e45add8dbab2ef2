"""What must be so after a load, whatever happened to the servers meanwhile."""

import sqlite3
import subprocess
import time
from collections import Counter

from installation import eventually
from load import NUMBER, TENANTS, person

ARRIVED = {"accepted", "sent", "delivered", "read"}
# What a cut-off call comes to: nobody can know, or its server woke up and knows that it was never made.
CUT_OFF = {"unknown", "failed"}
# After a take-over, everything must have been applied and every call decided within this many seconds.
TAKEN_OVER = 15


def open_conversations(server):
    """Every tenant writes once, so that all may be answered."""
    for number in range(TENANTS):
        body = {"phoneNumberId": NUMBER, "type": "text", "text": {"body": "Hello"}}
        server.control("POST", f"/phones/{person(number)}/messages", body)
    eventually(lambda: len(listed(server, "/conversations")) == TENANTS, what="a conversation with every tenant")


def listed(server, path):
    """All items of a list, page after page."""
    items, cursor = [], ""
    while True:
        page = server.api("GET", f"{path}?limit=200{cursor}")
        assert page.status == 200, page
        items += page.json["items"]
        if not page.json["next"]:
            return items
        cursor = f"&cursor={page.json['next']}"


def all_messages(server):
    return [message for thread in listed(server, "/conversations") for message in listed(server, f"/conversations/{thread['id']}/messages")]


def texts_of(server, number):
    """What stands in the conversation with one of the tenants."""
    threads = [thread for thread in listed(server, "/conversations") if thread["contact"]["phone"] == f"+{person(number)}"]
    return {message["text"] for thread in threads for message in listed(server, f"/conversations/{thread['id']}/messages")}


def soon(problem, within):
    """Waits until there is no problem any more; says which one stayed."""
    deadline = time.monotonic() + within
    while found := problem():
        assert time.monotonic() < deadline, f"after {within} s: {found}"
        time.sleep(0.2)


def assert_every_event_is_kept_once(server, load, within=TAKEN_OVER):
    """What was answered 200 is there exactly once, and what was not, at most once."""

    def missing():
        found = Counter(message["wamid"] for message in all_messages(server) if message["direction"] == "in")
        lost = load.promised - set(found)
        assert max(found[wamid] for wamid in load.promised | load.given_up) <= 1
        return f"{len(lost)} of {len(load.promised)} promised events are not there" if lost else None

    soon(missing, within)


def assert_nothing_was_sent_twice(server, load, in_flight, within=TAKEN_OVER):
    """Meta got each message at most once; ours are unknown, or told as not sent, only if their call was under way at a kill and never got
    there."""
    server.control("POST", "/webhooks/flush")

    def undecided():
        states = states_of_sent(server)
        waiting = Counter(states.get(message) for message in load.sent.values() if states.get(message) not in ARRIVED | CUT_OFF)
        received = {load.sent[words] for words in received_texts(server) if words in load.sent}
        lagging = Counter(states.get(message) for message in received if states.get(message) not in ARRIVED)
        return f"of {len(load.sent)}, undecided {dict(waiting)}; received by Meta, but {dict(lagging)}" if waiting or lagging else None

    soon(undecided, within)
    states, received = states_of_sent(server), Counter(received_texts(server))
    assert received and max(received.values()) == 1, f"sent twice: {[words for words in received if received[words] > 1]}"
    cut_off = {message for message in load.sent.values() if states[message] in CUT_OFF}
    assert cut_off <= in_flight, f"unknown or not sent, but not under way at a kill: {cut_off - in_flight}"
    arrived = {words for words, message in load.sent.items() if states[message] in ARRIVED}
    assert arrived <= set(received), f"said to have arrived, but Meta knows nothing of them: {arrived - set(received)}"


def states_of_sent(server):
    return {message["id"]: message["status"] for message in all_messages(server) if message["direction"] == "out"}


def received_texts(server):
    """The texts of all messages that the simulator took, one per call."""
    calls = server.control("GET", "/requests")["items"]
    return [
        call["body"]["text"]["body"] for call in calls
        if call["method"] == "POST" and call["path"].endswith("/messages") and call["body"].get("type") == "text"
        and call["status"] in (0, 200)
    ]


def calls_under_way(server):
    """Messages whose call to Meta is committed and without an end, as the database of a dead process tells."""
    query = "SELECT message_id FROM attempts WHERE outcome = 'calling'"
    url = server.environment["DATABASE_URL"]
    if url.startswith("sqlite:"):
        with sqlite3.connect(url.removeprefix("sqlite:")) as database:
            rows = database.execute(query).fetchall()
        database.close()
        return {row[0] for row in rows}
    # What the dead process sent last may still be running in its sessions.
    eventually(lambda: not sessions(url, server.application_name), what="the end of the dead server's sessions")
    return set(psql(url, query))


def sessions(url, name, condition="TRUE"):
    """A server's sessions in this very database: others of that name may be at work in databases of other tests."""
    return psql(
        url, f"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{name}' AND {condition}")


def psql(url, query):
    """The rows of a query, first column only."""
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--dbname", url, "--command", query]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout.split()
