"""Landlords with connected numbers, made as a platform makes them: sign-in tokens, Meta's popup, the onboarding API."""
import base64, hashlib, hmac, json, time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from programs import SECRETS, Server, call, get_json, load, migrate, simulator, wait_until


@dataclass
class World:
    """Lines and the people who write to them, on a prepared database."""
    database: object
    lines: list
    file: Path

    def only(self, first, last, name):
        """A world of some of the lines, for a second load generator."""
        return write(self.database, self.lines[first:last], self.file.with_name(f"{self.file.stem}-{name}.json"))


def prepare(engine, folder, landlords, people):
    """A database with so many landlords, each with a line and so many people who have written once."""
    database = engine.empty()
    migrate(database.url)
    with simulator() as meta, Server(database.url, meta.address, log=folder / "prepare.log") as server:
        with ThreadPoolExecutor(8) as pool:
            lines = list(pool.map(lambda number: connect(number, server, meta, people), range(landlords)))
        call("PUT", meta.address + "/simulator/webhook", {"url": None})
        world = write(database, lines, folder / f"world-{engine.name}-{landlords}-{people}.json")
        greet(world, server, landlords * people)
        server.stop()
    return world


def connect(number, server, meta, people, level="STANDARD"):
    token = sign_in(f"landlord-{number:05}")
    name, digits = f"Homes {number:05}", f"4420{70000000 + number}"
    business = call("POST", meta.address + "/simulator/businesses", {"name": name, "phoneNumber": digits})
    call("POST", f"{meta.address}/simulator/numbers/{business['phoneNumberId']}", {"throughput": level})
    popup = call("POST", meta.address + "/simulator/signups", {"business": name})
    begun = call("POST", server.address + "/api/whatsapp/onboard", popup, token)
    address = f"{server.address}/api/whatsapp/onboard/{begun['id']}"
    wait_until(lambda: get_json(address, token)["status"] == "done", 120, f"{name} connected")
    return {
        "wabaId": business["wabaId"], "phoneNumberId": business["phoneNumberId"], "displayPhoneNumber": digits, "token": token,
        "people": people, "firstPerson": 447_100_000_000 + number * 10_000}


def greet(world, server, count):
    """Everybody writes once, so that contacts and conversations exist before anything is measured."""
    per_body = 1 if count <= 2_000 else 20
    load("post", "--target", server.webhook, "--world", world.file, "--series", "greeting", "--per-body", per_body, "--requests",
         -(-count // per_body), "--connections", 8, "--seconds", 600)
    server.wait_until_applied(600)
    state = server.ledger()
    assert state["parked"] == 0 and state["setAside"] == 0, f"Preparation went wrong: {state}"


def write(database, lines, file):
    file.write_text(json.dumps({"appSecret": SECRETS["META_APP_SECRET"], "lines": lines}))
    return World(database, lines, file)


def sign_in(person):
    """A sign-in token as the platform makes them."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    claims = {"sub": person, "aud": "authenticated", "role": "authenticated", "exp": int(time.time()) + 86_400}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    signature = hmac.new(SECRETS["AUTH_JWT_SECRET"].encode(), text, hashlib.sha256).digest()
    return (text + b"." + part(signature)).decode()
