"""A load of webhooks and sends, which remembers what it was promised."""

import asyncio
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from installation import eventually

ACCOUNT = "104000000000001"
NUMBER = "109000000000001"
TENANTS = 40


def person(number):
    """One of many tenants; numbers from Britain's range for drama."""
    return f"4477009{number:05}"


def inbound(wamid, words, sender):
    """A text message as Meta posts it."""
    message = {"from": sender, "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": words}}
    metadata = {"display_phone_number": "442079460001", "phone_number_id": NUMBER}
    contact = {"profile": {"name": f"Tenant {sender[-3:]}"}, "wa_id": sender}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], "messages": [message]}
    entry = {"id": ACCOUNT, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def post(path, body, headers):
    """A request as bytes, ready for a socket."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines + [f"{name}: {value}" for name, value in headers.items()]) + "\r\n\r\n").encode() + body


def webhook_request(body, app_secret):
    signature = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return post("/webhook/whatsapp", body, {"X-Hub-Signature-256": f"sha256={signature}"})


class Connections:
    """Kept-open connections to some servers."""

    def __init__(self):
        self.idle = {}

    async def ask(self, url, request, patience=5):
        """Answers status and body; raises OSError, EOFError or TimeoutError when there is no whole answer."""
        idle = self.idle.setdefault(url, [])
        fresh = not idle
        async with asyncio.timeout(patience):
            reader, writer = await self.open(url) if fresh else idle.pop()
            try:
                writer.write(request)
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
                body = await reader.readexactly(length)
            except BaseException:
                writer.transport.abort()
                raise
        if "connection: close" in head:
            writer.close()
        else:
            idle.append((reader, writer))
        return int(head.split(" ", 2)[1]), body

    @staticmethod
    async def open(url):
        address = urlsplit(url)
        return await asyncio.open_connection(address.hostname, address.port)

    def close(self):
        for _, writer in itertools.chain(*self.idle.values()):
            writer.transport.abort()


class Load:
    """Events and sends by some clients at once, at most so many a second. Like Meta and a careful client they repeat what was not answered,
    at the next server if there are several; one event in four is given up instead."""

    def __init__(self, server, urls=None, events=60, sends=15):
        self.urls = urls or (lambda: [server.url])
        self.app_secret = server.app_secret
        self.token = server.token("olga")
        self.clients = {self.deliver: (12, events), self.send: (4, sends)}
        self.promised = set()
        self.given_up = set()
        self.sent = {}
        self.answers = Counter()
        self.failures = []
        self.thread = threading.Thread(target=self.work)

    def __str__(self):
        return f"{len(self.promised)} events, {len(self.sent)} sends, answers {dict(self.answers)}"

    def __enter__(self):
        self.ready = threading.Event()
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, problem, *_):
        # A test that has failed already should say why, and not wait for a server that may be gone.
        if problem:
            self.loop.call_soon_threadsafe(self.task.cancel)
        else:
            self.finish()

    def goes_on(self, events=40, sends=8, within=60):
        """Waits until so much more has been taken than by now."""
        events, sends = len(self.promised) + events, len(self.sent) + sends

        def has_gone_on():
            return self.failures or (len(self.promised) >= events and len(self.sent) >= sends)

        eventually(has_gone_on, within, f"more load than {self}")

    def finish(self, within=60):
        """No more arrives; what is under way is carried through."""
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(within)
        assert not self.thread.is_alive(), f"some requests were never answered; so far {dict(self.answers)}"
        assert not self.failures, self.failures[:3]

    def work(self):
        try:
            asyncio.run(self.run())
        except asyncio.CancelledError:
            pass

    async def run(self):
        self.loop, self.over, self.connections = asyncio.get_running_loop(), asyncio.Event(), Connections()
        self.task = asyncio.current_task()
        self.ready.set()
        async with asyncio.TaskGroup() as group:
            for kind, (count, rate) in self.clients.items():
                numbers = itertools.count()
                for _ in range(count):
                    group.create_task(self.client(kind, numbers, rate))
        self.connections.close()

    async def client(self, kind, numbers, rate):
        started = time.monotonic()
        while not self.over.is_set():
            number = next(numbers)
            try:
                await asyncio.wait_for(self.over.wait(), max(0, started + number / rate - time.monotonic()))
            except TimeoutError:
                pass
            try:
                await kind(number)
            except Exception as problem:
                self.failures.append(repr(problem))

    async def deliver(self, number):
        wamid = f"wamid.load{number}"
        request = webhook_request(inbound(wamid, f"Event {number}", person(number % TENANTS)), self.app_secret)
        status, _ = await self.asked(number, request, {200}, tries=1 if number % 4 == 0 else None)
        (self.promised if status == 200 else self.given_up).add(wamid)

    async def send(self, number):
        words = f"Answer {number}"
        body = {"to": "+" + person(number % TENANTS), "clientMessageId": f"c{number}", "type": "text", "text": {"body": words}}
        request = post("/api/whatsapp/sendMessage", json.dumps(body).encode(), {"Authorization": f"Bearer {self.token}"})
        _, answer = await self.asked(number, request, {200, 202})
        self.sent[words] = json.loads(answer)["id"]

    async def asked(self, number, request, wanted, tries=None):
        for attempt in itertools.count():
            urls = self.urls()
            try:
                status, body = await self.connections.ask(urls[(number + attempt) % len(urls)], request)
            except (OSError, EOFError, TimeoutError):
                status, body = 0, b""
            self.answers[status] += 1
            if status in wanted or attempt + 1 == tries:
                return status, body
            assert status in (0, 503), f"{status}: {body[:300]}"
            await asyncio.sleep(0.1)
