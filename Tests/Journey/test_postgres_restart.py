"""PostgreSQL may be restarted under load."""

import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from installation import ROOT, Installed, eventually
from load import Load
from truth import assert_every_event_is_kept_once, assert_nothing_was_sent_twice, open_conversations, psql


UNCLEAR = """
    SELECT message_id FROM attempts WHERE outcome IN ('calling', 'unknown')
    UNION SELECT message_id FROM messages WHERE state = 'refused'
"""


@pytest.fixture
def own_postgres():
    """A PostgreSQL server that nobody else needs. Its own user must be able to enter the folder, which pytest's are closed to."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        with OwnPostgres(Path(folder) / "postgres") as server:
            yield server


class OwnPostgres:
    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.url = self.start()
        return self

    def __exit__(self, *_):
        subprocess.run([ROOT / "bin/postgres-for-tests", "stop", self.folder], check=True, timeout=60)

    def start(self):
        command = [ROOT / "bin/postgres-for-tests", "start", self.folder]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    def restart(self, mode):
        """As `pg_ctl restart --mode=fast` or `immediate` does."""
        leader = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        os.kill(leader, {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
        eventually(lambda: not Path(f"/proc/{leader}").exists(), 30, "PostgreSQL's end")
        assert self.start() == self.url


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_may_be_restarted_under_load(tmp_path, own_postgres, mode):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with Installed(tmp_path / "installed", "postgres", own_postgres.url) as installed:
        installed.connect()
        open_conversations(installed)
        installed.control("POST", "/faults", {"kind": "delayAnswer", "ms": 40, "times": 0})
        with Load(installed) as load:
            for _ in range(3):
                time.sleep(chance.uniform(0.5, 2))
                own_postgres.restart(mode)
            load.goes_on()

        # An attempt whose commit was not answered is not called, and one whose answer cannot be written in time is unknown too, or is told
        # as not sent once it can.
        unclear = set(psql(own_postgres.url, UNCLEAR))
        print(f"{load}, {len(unclear)} of the sends unclear")
        assert len(unclear) <= 3 * 32
        assert_nothing_was_sent_twice(installed, load, unclear)
        assert_every_event_is_kept_once(installed, load)
