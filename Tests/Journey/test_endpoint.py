"""Clients that mean harm, by the thousand: the normal ones go on being answered quickly, and memory stays bounded."""

import asyncio
import resource
import time

import pytest

from crowd import crowd, undisturbed
from installation import Installed, ask
from load import Connections, inbound, person, post, webhook_request

MEBIBYTE = 1_048_576


@pytest.fixture
def installed(tmp_path):
    with Installed(tmp_path, "sqlite") as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def many_open_files():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_ten_thousand_idle_connections_disturb_nobody(installed, many_open_files):
    count = min(10_000, many_open_files - 500)

    async def hold(opened):
        await asyncio.sleep(3)
        return len(opened)

    with undisturbed(installed, most_memory=400):
        held = crowd(installed.url, count, lambda _: b"", hold)

    assert held == count


def test_thousands_of_half_sent_requests_disturb_nobody(installed):
    beginnings = [
        b"POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"POST /webhook/whatsapp HTTP/1.1\r\nContent-Length: 5000\r\n\r\n{",
        b"POST /webhook/whatsapp HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"", b"G",
    ]

    async def drip(opened):
        for _ in range(20):
            await asyncio.sleep(0.2)
            for _, writer in opened:
                writer.write(b"a")
        return len(opened)

    with undisturbed(installed, most_memory=400):
        held = crowd(installed.url, 3_000, lambda number: beginnings[number % 4], drip)

    assert held == 3_000


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_of_100_megabytes_are_refused_and_never_kept(installed, chunked):
    length = 100 * MEBIBYTE
    piece = b"x" * 65_536
    head = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % length

    async def pour(opened):
        async def one(reader, writer):
            answer = asyncio.create_task(reader.readline())
            try:
                for _ in range(length // len(piece)):
                    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                    await writer.drain()
                    if answer.done():
                        break
                return int((await asyncio.wait_for(answer, 30)).split()[1])
            except (OSError, TimeoutError, IndexError):
                return None
            finally:
                answer.cancel()

        return await asyncio.gather(*(one(*pair) for pair in opened))

    with undisturbed(installed, most_memory=400):
        request = b"POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n"
        answers = crowd(installed.url, 40, lambda _: request, pour)

    # Who goes on talking after the refusal may find the connection closed before reading it.
    assert set(answers) <= {413, 503, None} and 413 in answers, answers


def test_hundreds_of_large_bodies_that_never_end_take_a_bounded_room(installed):
    beginning = b"POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 2_900_000

    async def hold(opened):
        await asyncio.sleep(2)
        return len(opened)

    with undisturbed(installed, most_memory=300):
        crowd(installed.url, 400, lambda _: beginning, hold)


def test_deep_json_is_kept_and_set_aside(installed):
    with undisturbed(installed, most_memory=400):
        for opening in (b"[", b'{"a":', b'{"entry":['):
            for depth in (1_000, 300_000):
                assert installed.deliver(opening * depth).status == 200


def test_floods_of_headers_are_refused(installed):
    floods = {
        "many": b"".join(b"X-%d: y\r\n" % number for number in range(100_000)),
        "one long": b"X-Long: " + b"y" * 5_000_000 + b"\r\n",
        "a long name": b"X" * 5_000_000 + b": y\r\n",
        "the same again": b"X-Hub-Signature-256: sha256=00\r\n" * 100_000,
    }

    async def answers(opened):
        async def one(reader):
            try:
                return (await asyncio.wait_for(reader.read(100), 30))[9:12]
            except (OSError, TimeoutError):
                return b""

        return await asyncio.gather(*(one(reader) for reader, _ in opened))

    def words(number):
        return b"POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\n" + list(floods.values())[number % 4] + b"\r\n"

    started = time.monotonic()
    with undisturbed(installed, most_memory=400):
        heard = crowd(installed.url, 40, words, answers)

    assert set(heard) <= {b"400", b"431", b""}, heard
    assert time.monotonic() - started < 30, "somebody was allowed to keep a refused connection"


def test_garbage_behind_a_request_costs_its_own_connection_only(installed):
    good = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    lines = [
        good * 20, good + b"\x00\xff\x16\x03\x01" * 500, good + b"NONSENSE\r\n\r\n" * 500,
        good + b"POST /webhook/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        good + b"POST /webhook/whatsapp HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + good,
        good + b"POST /webhook/whatsapp HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef" + good,
    ]

    async def listen(opened):
        async def one(reader):
            heard = b""
            try:
                while part := await asyncio.wait_for(reader.read(65_536), 1):
                    heard += part
            except (OSError, TimeoutError):
                pass
            return heard

        return await asyncio.gather(*(one(reader) for reader, _ in opened))

    with undisturbed(installed, most_memory=400):
        heard = crowd(installed.url, 120, lambda number: lines[number % len(lines)], listen)

    # A connection that talks nonsense may be closed before its answer; none is made out of the garbage.
    for answers in heard:
        assert answers == b"" or answers.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400")), answers[:200]
    assert sum(answers.startswith(b"HTTP/1.1 200") for answers in heard) >= 20


def test_a_pipelining_client_gets_its_answers_in_order(installed):
    body = inbound("wamid.pipelined", "Pipelined", person(0))
    wrong = post("/webhook/whatsapp", body, {"X-Hub-Signature-256": "sha256=" + "0" * 64})

    async def talk():
        connections = Connections()
        reader, writer = await connections.open(installed.url)
        writer.write(webhook_request(body, installed.app_secret) + wrong + webhook_request(body, installed.app_secret))
        heard = b""
        while heard.count(b"HTTP/1.1 ") < 3:
            heard += await asyncio.wait_for(reader.read(65_536), 10)
        writer.close()
        return [int(answer[:3]) for answer in heard.split(b"HTTP/1.1 ")[1:]]

    assert asyncio.run(talk()) == [200, 401, 200]
    assert ask("GET", f"{installed.url}/health").status == 200
