"""Crowds of clients that mean harm, and the normal one that must not notice."""

import asyncio
import multiprocessing
import statistics
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

from installation import ask
from load import Connections, inbound, person, webhook_request


def memory(server, name="VmRSS"):
    """In MiB, as the kernel counts it; VmHWM is the most there ever was."""
    status = open(f"/proc/{server.process.process.pid}/status").read()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(name))) / 1024


class NormalClient:
    """Posts a signed webhook every 50 ms, on a connection that it keeps as Meta does, and notes how long each answer took."""

    def __init__(self, server):
        self.server = server
        self.times, self.problems = [], []
        self.over = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    async def run(self):
        connections, number = Connections(), 0
        while not self.over.wait(0.05):
            number += 1
            request = webhook_request(inbound(f"wamid.normal{id(self)}.{number}", f"Event {number}", person(0)), self.server.app_secret)
            started = time.monotonic()
            try:
                status, body = await connections.ask(self.server.url, request, patience=60)
                if status != 200:
                    self.problems.append((status, body))
            except (OSError, EOFError, TimeoutError) as problem:
                self.problems.append(repr(problem))
            self.times.append(time.monotonic() - started)
        connections.close()


@contextmanager
def undisturbed(server, most_memory):
    """A normal client works all the time; afterwards none of its answers was missing or slow."""
    client = NormalClient(server)
    client.thread.start()
    eventually_answered(client, 5)
    before = memory(server)
    try:
        yield client
        # Also in the time after, while the server is left with whatever the others opened; and whoever comes anew is let in.
        eventually_answered(client, len(client.times) + 10)
        assert ask("GET", f"{server.url}/health").status == 200
    finally:
        client.over.set()
        client.thread.join()
    print(
        f"memory {before:.0f} MiB before, at most {memory(server, 'VmHWM'):.0f}; {len(client.times)} normal answers, median"
        f" {statistics.median(client.times) * 1000:.0f} ms, slowest {max(client.times) * 1000:.0f} ms")
    assert not client.problems, client.problems[:3]
    assert statistics.median(client.times) < 1 and max(client.times) < 10
    assert memory(server, "VmHWM") < most_memory
    assert server.process.process.poll() is None, server.process.words


def eventually_answered(client, count, within=60):
    deadline = time.monotonic() + within
    while len(client.times) < count:
        assert time.monotonic() < deadline, f"only {len(client.times)} answers"
        time.sleep(0.02)


def crowd(url, count, words, talk):
    """Opens connections, says something on each, and talks on; answers what `talk` made of those that could be opened. In a process of its
    own, so that it does not slow down the normal client."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=lambda: there.send(asyncio.run(open_crowd(url, count, words, talk))), daemon=True)
    process.start()
    there.close()
    try:
        assert here.poll(240), "the crowd did not come to an end"
        return here.recv()
    finally:
        process.kill()
        process.join()


async def open_crowd(url, count, words, talk):
    address = urlsplit(url)
    started = time.monotonic()

    async def one(number):
        # A thousand a second: what is tried is the crowd, not the rush at the door.
        await asyncio.sleep(max(0, started + number / 1_000 - time.monotonic()))
        try:
            async with asyncio.timeout(60):
                reader, writer = await asyncio.open_connection(address.hostname, address.port)
                writer.write(words(number))
                await writer.drain()
                return reader, writer
        except (OSError, TimeoutError):
            return None

    opened = [pair for pair in await asyncio.gather(*(one(number) for number in range(count))) if pair]
    try:
        return await talk(opened)
    finally:
        for _, writer in opened:
            writer.transport.abort()
