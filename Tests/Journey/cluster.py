"""Several `zenrent serve` on one PostgreSQL."""

import http.client
import json
import os
import signal
import threading
from urllib.parse import urlsplit

from installation import ZENRENT, Installed, Process, eventually, free_port, new_postgres_database
from truth import psql, sessions


class Member:
    """One of the servers."""

    def __init__(self, name, environment):
        self.name = name
        self.database = environment["DATABASE_URL"]
        separator = "&" if "?" in self.database else "?"
        # The name tells this server's sessions from the others'.
        url = f"{self.database}{separator}application_name={name}"
        self.environment = environment | {"PORT": str(free_port()), "DATABASE_URL": url}
        self.start()

    def start(self):
        self.process = Process([ZENRENT, "serve"], self.environment)
        self.url = self.process.address("ready")

    def signal(self, number):
        os.kill(self.process.process.pid, number)

    def sessions(self, condition="TRUE"):
        return sessions(self.database, self.name, condition)

    def sessions_waiting_for_it(self):
        return psql(
            self.database,
            "SELECT w.pid FROM pg_stat_activity w JOIN pg_stat_activity s ON s.pid = ANY (pg_blocking_pids(w.pid))"
            f" WHERE s.datname = current_database() AND s.application_name = '{self.name}'")


class Cluster(Installed):
    """Members that may be killed and frozen one by one. Meta's webhooks go to the first that is well."""

    def __init__(self, folder, count, database=None):
        self.count = count
        super().__init__(folder, "postgres", database or new_postgres_database())

    def start(self):
        self.members = [Member(f"zenrent-{number}", self.environment) for number in range(self.count)]
        self.well = list(self.members)

    @property
    def url(self):
        return self.well[0].url

    def urls(self):
        return [member.url for member in self.well]

    def kill(self, member):
        self.leave(member)
        member.process.kill()

    def restart(self, member):
        member.start()
        self.join(member)

    def freeze(self, member):
        member.signal(signal.SIGSTOP)
        self.leave(member)

    def wake(self, member):
        member.signal(signal.SIGCONT)
        self.join(member)

    # What a load balancer does that asks /ready.
    def leave(self, member):
        self.well = [other for other in self.well if other is not member]
        self.direct_webhooks()

    def join(self, member):
        self.well = [other for other in self.members if other in self.well or other is member]
        self.direct_webhooks()

    def direct_webhooks(self):
        self.control("PUT", "/webhook", {"url": f"{self.url}/webhook/whatsapp"})

    def __exit__(self, *_):
        try:
            for member in self.members:
                if member.process.process.poll() is None:
                    member.signal(signal.SIGCONT)
                    assert member.process.stop() == 0, member.process.words
        finally:
            self.pretend_meta.stop()


class Listener:
    """Follows a landlord's live events at one server, as the API gives them."""

    def __init__(self, server, url, last_event=None):
        address = urlsplit(url)
        headers = {"Authorization": f"Bearer {server.token('olga')}"}
        if last_event is not None:
            headers["Last-Event-ID"] = str(last_event)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self.connection.request("GET", "/api/whatsapp/events", headers=headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        self.texts, self.last_event = [], last_event
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            for line in self.answer:
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    self.last_event = int(value)
                elif name == "data" and "message" in (change := json.loads(value)):
                    self.texts.append(change["message"]["text"])
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            # The server was killed, or the test has heard enough.
            pass

    def hears(self, words, within=15):
        eventually(lambda: words in self.texts, within, f"the live event about {words!r}")

    def close(self):
        self.connection.close()
