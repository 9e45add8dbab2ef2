"""A full disk, a slow one, a locked database, PostgreSQL restarted: Meta is told 503, nothing is lost, and it passes by itself."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from installation import ROOT, ZENRENT, Installed, Process, ask, eventually
from load import Load, inbound, person
from truth import assert_every_event_is_kept_once, assert_nothing_was_sent_twice, open_conversations, psql

# Mounting needs a namespace of one's own; whoever is not root becomes root in it.
APART = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])


class InstalledApart(Installed):
    """A server whose database lies on a small disk of its own."""

    def start(self):
        disk = self.folder / "disk"
        disk.mkdir(exist_ok=True)
        self.environment["DATABASE_URL"] = f"sqlite:{disk}/zenrent.sqlite"
        script = f'mount -t tmpfs -o size=8m,mode=700 tmpfs "{disk}" && "{ZENRENT}" migrate >&2 && exec "{ZENRENT}" serve'
        self.process = Process([*APART, "sh", "-c", script], self.environment)
        self.url = self.process.address("ready")
        self.disk = Path(f"/proc/{self.process.process.pid}/root{disk}")


def deliver_event(server, number, timeout=30):
    return server.deliver(inbound(f"wamid.trouble{number}", f"Event {number}", person(0)), timeout=timeout).status


def texts_at(server):
    thread = server.api("GET", "/conversations").json["items"]
    return {item["text"] for item in server.api("GET", f"/conversations/{thread[0]['id']}/messages?limit=200").json["items"]} if thread else set()


def test_a_full_disk_gives_503_and_it_goes_on_when_there_is_room_again(tmp_path):
    with InstalledApart(tmp_path, "sqlite") as installed:
        installed.connect()
        ballast = installed.disk / "ballast"
        with ballast.open("wb") as file:
            with pytest.raises(OSError):
                while True:
                    file.write(bytes(4096))
                    file.flush()

        answers = {}
        for number in range(400):
            answers[number] = deliver_event(installed, number)
            if answers[number] == 503:
                break
        assert set(answers.values()) == {200, 503} or set(answers.values()) == {503}, answers
        eventually(lambda: ask("GET", f"{installed.url}/ready").status == 503, 15, "the server says that it is not ready")

        ballast.unlink()
        eventually(lambda: deliver_event(installed, 1000) == 200, 15, "room again")
        eventually(lambda: ask("GET", f"{installed.url}/ready").status == 200, 15, "the server says that it is ready")
        kept = {f"Event {number}" for number, status in answers.items() if status == 200} | {"Event 1000"}
        eventually(lambda: kept <= texts_at(installed), 30, "every event that was answered 200")


class SlowDisk:
    """Each flush of a running process takes longer, as long as this lasts."""

    def __init__(self, process, seconds):
        flushes = "fsync,fdatasync"
        self.strace = subprocess.Popen(
            ["strace", "--quiet=all", "--follow-forks", f"--trace={flushes}",
             f"--inject={flushes}:delay_exit={int(seconds * 1e6)}", "--output=/dev/null", f"--attach={process.process.pid}"],
            stdin=subprocess.DEVNULL)
        status = Path(f"/proc/{process.process.pid}/status")
        eventually(lambda: "TracerPid:\t0" not in status.read_text(), 15, "strace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGTERM)
        self.strace.wait(30)


def test_a_slow_disk_makes_many_wait_for_one_flush_and_refuses_what_has_no_room(tmp_path):
    with Installed(tmp_path, "sqlite") as installed:
        installed.connect()
        with ThreadPoolExecutor(60) as clients:
            with SlowDisk(installed.process, 0.5):
                started = time.monotonic()
                small = list(clients.map(lambda number: deliver_event(installed, number), range(60)))
                took = time.monotonic() - started
            with SlowDisk(installed.process, 4):
                large = list(clients.map(lambda number: deliver_large(installed, number), range(30)))

        assert set(small) == {200}
        assert took < 15, "60 flushes one after another would take 30 s"
        assert set(large) <= {200, 503} and 503 in large, large
        assert deliver_event(installed, 1000) == 200
        eventually(lambda: {"Event 0", "Event 59", "Event 1000"} <= texts_at(installed), 30, "all small events")
        kept = large.count(200)
        eventually(lambda: sum(text.startswith("Large ") for text in texts_at(installed)) >= kept, 30, "all large events answered 200")


def deliver_large(server, number):
    body = inbound(f"wamid.large{number}", f"Large {number}", person(0))
    return server.deliver(body + b" " * (3 * 1_048_576 - len(body)), timeout=60).status


def test_a_database_locked_by_another_process_gives_503_and_it_goes_on_afterwards(tmp_path):
    with Installed(tmp_path, "sqlite") as installed:
        installed.connect()
        path = installed.environment["DATABASE_URL"].removeprefix("sqlite:").replace(".sqlite", ".ledger.sqlite")
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            assert deliver_event(installed, 1) == 503
            other.execute("ROLLBACK")
        other.close()

        eventually(lambda: deliver_event(installed, 2) == 200, 15, "a free database")
        eventually(lambda: "Event 2" in texts_at(installed), 15, "the event")


def test_a_lock_of_another_session_on_postgresql_gives_503_and_it_goes_on_afterwards(tmp_path):
    with Installed(tmp_path, "postgres") as installed:
        installed.connect()
        lock = subprocess.Popen(
            ["psql", "--quiet", "--dbname", installed.environment["DATABASE_URL"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lock.stdin.write("BEGIN; LOCK TABLE webhook_events; \\echo locked\n")
        lock.stdin.flush()
        assert lock.stdout.readline().strip() == "locked"
        assert deliver_event(installed, 1) == 503
        lock.communicate("ROLLBACK;\n")

        eventually(lambda: deliver_event(installed, 2) == 200, 15, "a free table")
        eventually(lambda: "Event 2" in texts_at(installed), 15, "the event")


@pytest.fixture
def own_postgres(tmp_path):
    """A PostgreSQL server that nobody else needs."""
    tmp_path.chmod(0o711)
    with OwnPostgres(tmp_path / "postgres") as server:
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
            time.sleep(1)

        in_flight = set(psql(own_postgres.url, "SELECT message_id FROM attempts WHERE outcome IN ('calling', 'unknown')"))
        print(f"{len(load.promised)} events, {len(load.sent)} sends, {len(in_flight)} calls without an answer on record, answers {dict(load.answers)}")
        assert_nothing_was_sent_twice(installed, load, in_flight)
        assert_every_event_is_kept_once(installed, load)
