"""A process that is killed at any instruction loses nothing and repeats nothing."""

import random
import time

import pytest

from installation import Installed, eventually

ENGINES = ["sqlite", "postgres"]
NUMBER = "109000000000001"
NADIA = "447700900118"


@pytest.fixture(params=ENGINES)
def installed(request, tmp_path):
    with Installed(tmp_path, request.param) as running:
        running.engine = request.param
        yield running


def webhook(wamid, words):
    """An inbound text as Meta sends it."""
    message = {"from": NADIA, "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": words}}
    metadata = {"display_phone_number": "442079460001", "phone_number_id": NUMBER}
    contact = {"profile": {"name": "Nadia"}, "wa_id": NADIA, "user_id": "GB.10000000000000000001"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], "messages": [message]}
    entry = {"id": "104000000000001", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def bring_tenant(server):
    agreed = {"source": "tenancy agreement", "at": "2026-09-01T10:00:00Z"}
    row = {"externalId": "t-nadia", "name": "Nadia Rahman", "phone": "+44 7700 900118", "optIn": agreed}
    assert server.api("PUT", "/contacts", [row]).status == 200


def test_a_message_answered_with_200_survives_kill_9(installed):
    installed.connect()
    bring_tenant(installed)

    for number in range(5):
        assert installed.deliver(webhook(f"wamid.kill{number}", f"Message {number}")).status == 200
        installed.restart_after_kill()

    # On PostgreSQL a killed process's claim must run out first, since others may be at work there.
    expected = {f"Message {number}" for number in range(5)}
    eventually(lambda: {message["text"] for message in installed.messages("t-nadia")} == expected, within=60)


def test_a_demo_keeps_a_message_answered_with_200_through_kill_9(demo):
    demo.connect()

    assert demo.deliver(webhook("wamid.demo", "Is anybody there?")).status == 200
    demo.restart_after_kill()

    eventually(lambda: [message["text"] for message in demo.messages("t-nadia")] == ["Is anybody there?"])


@pytest.mark.parametrize("seed", [1, 2])
def test_connecting_goes_on_after_kill_9_at_any_moment(tmp_path, seed):
    chance = random.Random(seed)
    with Installed(tmp_path, "sqlite") as installed:
        installed.control("POST", "/faults", {"kind": "delayAnswer", "ms": 150, "path": "/", "times": 1000})
        onboarding = installed.begin_to_connect()["id"]

        kills = 0
        while installed.api("GET", f"/onboard/{onboarding}").json["status"] == "running" and kills < 12:
            # The moment itself is what is tried here: anywhere between two calls to Meta.
            time.sleep(chance.uniform(0, 0.4))
            installed.restart_after_kill()
            kills += 1

        installed.control("DELETE", "/faults")
        installed.connected(onboarding, within=60)
        assert kills >= 3
        assert_can_chat(installed)


def test_connecting_goes_on_after_kill_9_on_postgresql(tmp_path):
    with Installed(tmp_path, "postgres") as installed:
        installed.control("POST", "/faults", {"kind": "delayAnswer", "ms": 400, "path": "/", "times": 1000})
        onboarding = installed.begin_to_connect()["id"]
        eventually(lambda: installed.control("GET", "/requests")["items"])

        installed.restart_after_kill()
        installed.control("DELETE", "/faults")

        # The killed process's claim holds for 90 s.
        installed.connected(onboarding, within=150)
        assert_can_chat(installed)


def assert_can_chat(server):
    bring_tenant(server)
    server.control("POST", f"/phones/{NADIA}/messages", {"phoneNumberId": NUMBER, "type": "text", "text": {"body": "Hello"}})
    eventually(lambda: [message["text"] for message in server.messages("t-nadia")] == ["Hello"])


def test_no_message_is_sent_twice_when_the_server_is_killed_while_sending(tmp_path):
    with Installed(tmp_path, "sqlite") as installed:
        installed.connect()
        assert_can_chat(installed)
        installed.control("POST", "/faults", {"kind": "delayAnswer", "ms": 60, "times": 1000})
        sent = {}
        for number in range(8):
            body = {"tenantId": "t-nadia", "clientMessageId": f"c{number}", "type": "text", "text": {"body": f"Answer {number}"}}
            sent[f"Answer {number}"] = installed.api("POST", "/sendMessage", body).json["id"]

        chance = random.Random(7)
        for _ in range(4):
            time.sleep(chance.uniform(0, 0.15))
            installed.restart_after_kill()
        installed.control("DELETE", "/faults")

        def settled():
            states = {words: installed.api("GET", f"/messages/{message}").json["status"] for words, message in sent.items()}
            return states if not {"queued", "sending", "accepted", "sent"} & set(states.values()) else None

        states = eventually(settled, within=60)
        arrived = [item["text"] for item in installed.control("GET", f"/phones/{NADIA}/messages")["items"] if item["direction"] == "in"]
        assert len(arrived) == len(set(arrived)), f"sent twice: {arrived}"
        assert set(arrived) == {words for words, state in states.items() if state in ("delivered", "read")}, states
        assert sum(state == "unknown" for state in states.values()) <= 4, states
