"""kill -9 at random moments under load, twenty times: what was promised is kept, and nothing is done twice."""

import random
import time

import pytest

from installation import Installed
from load import Load
from truth import assert_every_event_is_kept_once, assert_nothing_was_sent_twice, calls_under_way, open_conversations

KILLS = 20


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_server_killed_twenty_times_under_load_loses_and_doubles_nothing(tmp_path, engine):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with Installed(tmp_path, engine) as installed:
        installed.connect()
        open_conversations(installed)
        # Answers take their time, so that calls are under way whenever the server dies.
        installed.control("POST", "/faults", {"kind": "delayAnswer", "ms": 40, "times": 0})
        in_flight = set()
        with Load(installed) as load:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.05, 0.8))
                installed.process.kill()
                in_flight |= calls_under_way(installed)
                installed.start()
        print(f"{load}, {len(in_flight)} calls under way at kills")

        assert len(load.promised) >= 100 and len(load.sent) >= 10
        assert_nothing_was_sent_twice(installed, load, in_flight, within=10)
        assert_every_event_is_kept_once(installed, load)
