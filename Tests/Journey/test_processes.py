"""Several servers on one PostgreSQL behave as one, whatever happens to any of them."""

import random
import signal
import time

import pytest

from cluster import Cluster, Listener
from installation import eventually, last_answer
from load import Load, inbound, person
from truth import (
    TAKEN_OVER, assert_every_event_is_kept_once, assert_nothing_was_sent_twice, open_conversations, psql, received_texts, texts_of)

IN_FLIGHT = "SELECT message_id FROM attempts WHERE outcome = 'calling'"
SENDING = "state = 'active' AND wait_event = 'ClientRead'"
TAKEN_OVER_CALLS = "SELECT message_id FROM attempts WHERE error_details = 'The process that made the call ended.'"


@pytest.fixture
def chance():
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    return random.Random(seed)


def connected_cluster(folder, count):
    cluster = Cluster(folder, count)
    cluster.connect()
    open_conversations(cluster)
    return cluster


def deliver_at(cluster, member, words):
    url, cluster.well = cluster.well, [member]
    try:
        assert cluster.deliver(inbound(f"wamid.{words}", words, person(0))).status == 200
    finally:
        cluster.well = url


def send_at(cluster, member, words, key=None):
    url, cluster.well = cluster.well, [member]
    try:
        body = {"to": "+" + person(0), "clientMessageId": key or words, "type": "text", "text": {"body": words}}
        answer = cluster.api("POST", "/sendMessage", body)
        assert answer.status in (200, 202), answer
        return answer.json["id"]
    finally:
        cluster.well = url


def status_of(cluster, message):
    return cluster.api("GET", f"/messages/{message}").json["status"]


def under_way(cluster):
    return set(psql(cluster.environment["DATABASE_URL"], IN_FLIGHT))


def taken_over(cluster):
    return set(psql(cluster.environment["DATABASE_URL"], TAKEN_OVER_CALLS))


def cut_off_by_killing(cluster, member):
    """The messages whose calls a kill may have cut off. What the dead server sent last may still be running in its sessions; should that
    take long, the others have taken over some of its calls meanwhile."""
    before = taken_over(cluster)
    cluster.kill(member)
    eventually(lambda: not member.sessions(), what="the end of the dead server's sessions")
    return under_way(cluster) | (taken_over(cluster) - before)


def cut_off_by_freezing(cluster, member):
    """The same for a server that stands still."""
    before = taken_over(cluster)
    cluster.freeze(member)
    eventually(lambda: not member.sessions("state = 'active'"), what="the end of the frozen server's statements")
    return under_way(cluster) | (taken_over(cluster) - before)


def test_any_of_three_servers_takes_webhooks_sends_and_tells_of_the_others_changes(tmp_path):
    with connected_cluster(tmp_path, 3) as cluster:
        listeners = [Listener(cluster, member.url) for member in cluster.members]

        for number, member in enumerate(cluster.members):
            deliver_at(cluster, member, f"Question {number}")
            message = send_at(cluster, member, f"Reply {number}")
            for listener in listeners:
                listener.hears(f"Question {number}")
                listener.hears(f"Reply {number}")
            eventually(lambda message=message: status_of(cluster, message) == "delivered", what="delivery")

        for listener in listeners:
            listener.close()


def test_a_listener_whose_server_died_goes_on_at_another_and_misses_nothing(tmp_path):
    with connected_cluster(tmp_path, 2) as cluster:
        first, second = cluster.members
        listener = Listener(cluster, first.url)
        deliver_at(cluster, second, "Before")
        listener.hears("Before")

        cluster.kill(first)
        deliver_at(cluster, second, "Meanwhile")

        Listener(cluster, second.url, listener.last_event).hears("Meanwhile")


def test_the_same_message_handed_to_every_server_goes_out_once(tmp_path):
    with connected_cluster(tmp_path, 3) as cluster:
        messages = {send_at(cluster, member, "Only once", key="same") for member in cluster.members}

        assert len(messages) == 1
        eventually(lambda: status_of(cluster, *messages) == "delivered", what="delivery")
        assert received_texts(cluster).count("Only once") == 1


@pytest.mark.parametrize("count", [2, 3])
def test_servers_killed_one_after_another_lose_and_double_nothing(tmp_path, chance, count):
    with connected_cluster(tmp_path, count) as cluster:
        cluster.control("POST", "/faults", {"kind": "delayAnswer", "ms": 40, "times": 0})
        in_flight = set()
        with Load(cluster, cluster.urls) as load:
            for _ in range(8):
                time.sleep(chance.uniform(0.2, 1))
                member = chance.choice(cluster.members)
                in_flight |= cut_off_by_killing(cluster, member)
                time.sleep(chance.uniform(0, 1))
                cluster.restart(member)

        assert_nothing_was_sent_twice(cluster, load, in_flight)
        assert_every_event_is_kept_once(cluster, load)


def test_the_others_take_over_from_a_killed_server_within_seconds(tmp_path, chance):
    with connected_cluster(tmp_path, 2) as cluster:
        cluster.control("POST", "/faults", {"kind": "delayAnswer", "ms": 40, "times": 0})
        with Load(cluster, cluster.urls) as load:
            time.sleep(chance.uniform(1, 2))
            in_flight = cut_off_by_killing(cluster, cluster.members[0])
            load.goes_on()

        assert_every_event_is_kept_once(cluster, load)
        assert_nothing_was_sent_twice(cluster, load, in_flight)


def test_the_others_take_over_from_a_frozen_server_and_nothing_doubles_when_it_wakes_up(tmp_path, chance):
    with connected_cluster(tmp_path, 3) as cluster:
        cluster.control("POST", "/faults", {"kind": "delayAnswer", "ms": 40, "times": 0})
        in_flight = set()
        with Load(cluster, cluster.urls) as load:
            for _ in range(3):
                member = chance.choice(cluster.members)
                time.sleep(chance.uniform(0.3, 1))
                in_flight |= cut_off_by_freezing(cluster, member)
                time.sleep(chance.uniform(1, 3))
                cluster.wake(member)
            time.sleep(chance.uniform(0.3, 1))
            frozen = chance.choice(cluster.members)
            in_flight |= cut_off_by_freezing(cluster, frozen)

        assert_every_event_is_kept_once(cluster, load)
        assert_nothing_was_sent_twice(cluster, load, in_flight)
        cluster.wake(frozen)
        deliver_at(cluster, frozen, "Awake again")
        eventually(lambda: "Awake again" in texts_of(cluster, 0), TAKEN_OVER, "a message through the server that woke up")
        assert_every_event_is_kept_once(cluster, load)
        assert_nothing_was_sent_twice(cluster, load, in_flight)


def test_a_server_frozen_inside_a_transaction_holds_the_others_for_seconds_only(tmp_path, chance):
    assert_the_others_go_on(tmp_path, chance, freeze_inside_a_transaction)


def test_a_server_frozen_in_the_middle_of_what_it_sends_holds_the_others_for_seconds_only(tmp_path, chance):
    assert_the_others_go_on(tmp_path, chance, freeze_while_it_sends)


def assert_the_others_go_on(folder, chance, freeze):
    with connected_cluster(folder, 2) as cluster:
        frozen, other = cluster.members
        in_flight = set()
        with Load(cluster, cluster.urls) as load:
            freeze(frozen, chance)
            cluster.leave(frozen)
            in_flight |= under_way(cluster)
            started = time.monotonic()
            deliver_at(cluster, other, "Is anybody there?")
            eventually(lambda: "Is anybody there?" in texts_of(cluster, 0), TAKEN_OVER, "an event applied by the other server")
            eventually(lambda: not frozen.sessions("state <> 'idle'"), TAKEN_OVER, "the end of the frozen server's transactions")
            print(f"went on after {time.monotonic() - started:.1f} s")

        assert_every_event_is_kept_once(cluster, load)
        cluster.wake(frozen)
        assert_nothing_was_sent_twice(cluster, load, in_flight)
        assert_every_event_is_kept_once(cluster, load)


def freeze_inside_a_transaction(member, chance):
    """Stops the process at random moments until PostgreSQL says that it is inside a transaction which has written; at best one that others
    wait for."""
    for attempt in frozen_at_random_moments(member, chance):
        if member.sessions("state = 'idle in transaction' AND backend_xid IS NOT NULL"):
            waiting = len(last_answer(member.sessions_waiting_for_it, within=0.3))
            if waiting or attempt > 100:
                print(f"{waiting} sessions wait for it")
                return


def freeze_while_it_sends(member, chance):
    """Stops the process until PostgreSQL waits for the rest of what it had begun to send."""
    for _ in frozen_at_random_moments(member, chance):
        if member.sessions(SENDING):
            return


def frozen_at_random_moments(member, chance):
    for attempt in range(1000):
        time.sleep(chance.uniform(0, 0.03))
        member.signal(signal.SIGSTOP)
        # Only once what it asked for is done does it show where the process stands.
        eventually(lambda: not member.sessions(f"state = 'active' AND NOT ({SENDING})"), within=10, what="the end of its statements")
        yield attempt
        member.signal(signal.SIGCONT)
    raise AssertionError("the server was never caught at such a moment")


def test_a_call_whose_server_froze_is_not_made_again_and_its_late_answer_counts(tmp_path):
    with connected_cluster(tmp_path, 2) as cluster:
        frozen, other = cluster.members
        cluster.control("POST", "/faults", {"kind": "delayAnswer", "ms": 1500, "times": 1})
        cluster.control("POST", "/faults", {"kind": "delayWebhooks", "ms": 3_600_000})
        message = call_made_by(cluster, frozen)

        cluster.freeze(frozen)
        eventually(lambda: status_of(cluster, message) == "unknown", TAKEN_OVER, "the other server's verdict")
        cluster.wake(frozen)

        eventually(lambda: status_of(cluster, message) == "accepted", TAKEN_OVER, "the late answer")
        assert received_texts(cluster).count("Slowly") == 1


def call_made_by(cluster, member):
    """A message whose call is under way from this very server: the other one is held still until it is."""
    others = [other for other in cluster.members if other is not member]
    for other in others:
        cluster.freeze(other)
    message = send_at(cluster, member, "Slowly")
    eventually(lambda: message in under_way(cluster), what="the call")
    for other in others:
        cluster.wake(other)
    return message
