"""A full disk, a slow one, a locked database: Meta is told 503, nothing is lost, and it passes by itself."""

import os
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from installation import ZENRENT, Installed, Process, ask, eventually
from load import inbound, person
from truth import texts_of

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


def test_a_full_disk_gives_503_and_it_goes_on_when_there_is_room_again(tmp_path):
    with InstalledApart(tmp_path, "sqlite") as installed:
        installed.connect()
        ballast = installed.disk / "ballast"
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError):
            while True:
                file.write(bytes(4096))

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
        eventually(lambda: kept <= texts_of(installed, 0), 30, "every event that was answered 200")


class TroubledDisk:
    """Flushes of a running process fare otherwise than they should, as long as this lasts: of one file, or of all."""

    def __init__(self, process, trouble, file=None):
        flushes = "fsync,fdatasync"
        self.strace = subprocess.Popen(
            ["strace", "--quiet=all", "--follow-forks", *([f"--trace-path={file}"] if file else []), f"--trace={flushes}",
             f"--inject={flushes}:{trouble}", "--output=/dev/null", f"--attach={process.process.pid}"], stdin=subprocess.DEVNULL)
        status = Path(f"/proc/{process.process.pid}/status")
        eventually(lambda: process.process.poll() is not None or "TracerPid:\t0" not in status.read_text(), 30, "strace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGTERM)
        self.strace.wait(30)


def slower_by(seconds):
    return f"delay_exit={int(seconds * 1e6)}"


def test_a_slow_disk_makes_many_wait_for_one_flush_and_refuses_what_has_no_room(tmp_path):
    with Installed(tmp_path, "sqlite") as installed:
        installed.connect()
        with ThreadPoolExecutor(60) as clients:
            with TroubledDisk(installed.process, slower_by(0.5)):
                started = time.monotonic()
                small = list(clients.map(lambda number: deliver_event(installed, number), range(60)))
                took = time.monotonic() - started
            # While the first of them are flushed, the others are more than the 32 MiB that may wait.
            with TroubledDisk(installed.process, slower_by(10)):
                large = list(clients.map(lambda number: deliver_large(installed, number), range(16)))

        assert set(small) == {200}
        assert took < 15, "60 flushes one after another would take 30 s"
        assert set(large) <= {200, 503} and 503 in large, large
        assert deliver_event(installed, 1000) == 200
        eventually(lambda: {"Event 0", "Event 59", "Event 1000"} <= texts_of(installed, 0), 30, "all small events")
        kept = large.count(200)
        eventually(lambda: sum(text.startswith("Large ") for text in texts_of(installed, 0)) >= kept, 30, "all large events answered 200")


@pytest.mark.parametrize("which", ["zenrent.sqlite-wal", "zenrent.ledger.sqlite-wal"])
def test_a_flush_that_the_disk_refuses_ends_the_server_and_the_next_one_has_all_that_was_answered_200(tmp_path, which):
    with Installed(tmp_path, "sqlite") as installed:
        installed.connect()
        answers = {1: deliver_event(installed, 1)}
        with TroubledDisk(installed.process, "error=EIO", tmp_path / which):
            answers[2] = last_answer_of(installed, 2)
            assert installed.process.process.wait(30) == os.EX_IOERR, installed.process.words
        assert "not confirmed by the disk" in installed.process.words

        installed.start()
        kept = {f"Event {number}" for number, status in answers.items() if status == 200}
        assert "Event 1" in kept
        eventually(lambda: kept <= texts_of(installed, 0), 30, "every event that was answered 200")


def last_answer_of(server, number):
    """The status of an event, or None when the server ended before it answered."""
    try:
        return deliver_event(server, number)
    except OSError:
        return None


def deliver_large(server, number):
    body = inbound(f"wamid.large{number}", f"Large {number}", person(0))
    return server.deliver(body + b" " * (3 * 1_048_576 - len(body)), timeout=120).status


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
        eventually(lambda: "Event 2" in texts_of(installed, 0), 15, "the event")


def test_a_lock_of_another_session_on_postgresql_gives_503_and_it_goes_on_afterwards(tmp_path):
    with Installed(tmp_path, "postgres") as installed:
        installed.connect()
        lock = subprocess.Popen(
            ["psql", "--quiet", "--dbname", installed.environment["DATABASE_URL"]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lock.stdin.write("BEGIN; LOCK TABLE webhook_batches; \\echo locked\n")
        lock.stdin.flush()
        assert lock.stdout.readline().strip() == "locked"
        assert deliver_event(installed, 1) == 503
        lock.communicate("ROLLBACK;\n")

        eventually(lambda: deliver_event(installed, 2) == 200, 15, "a free table")
        eventually(lambda: "Event 2" in texts_of(installed, 0), 15, "the event")
