"""What must not come in does not, and says why."""

import hashlib
import os
import socket
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from installation import ZENRENT, ask, eventually

LARGE = b'{"object":"' + b"x" * (3 * 1024 * 1024 + 8192) + b'"}'


def ledger(demo):
    """What `zenrent ledger status` says while the demo runs."""
    command = [ZENRENT, "ledger", "status", "--config", demo.folder / "demo.env"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_webhook_without_a_valid_signature_is_refused_and_not_stored(demo):
    before = ledger(demo)

    assert demo.deliver({"object": "whatsapp_business_account"}, secret="somebody else's").status == 401
    assert ask("POST", f"{demo.url}/webhook/whatsapp", {"object": "whatsapp_business_account"}).status == 401

    assert ledger(demo) == before


def test_malformed_json_with_a_valid_signature_is_kept_and_set_aside(demo):
    assert demo.deliver(b'{"object": "whatsapp_business_account", "entry": [').status == 200

    def is_set_aside():
        status = ledger(demo)
        return status if "set aside  1" in status else None

    assert "set aside:" in eventually(is_set_aside)


def test_a_message_for_a_number_nobody_connected_is_applied_once_it_is(demo):
    message = {"phoneNumberId": "109000000000001", "type": "text", "text": {"body": "Before"}}
    demo.control("POST", "/phones/nadia/messages", message)
    assert demo.messages("t-nadia") == []

    demo.connect()
    demo.control("POST", "/phones/nadia/messages", message | {"text": {"body": "After"}})

    eventually(lambda: "After" in [message["text"] for message in demo.messages("t-nadia")])


def test_bodies_that_are_too_large_are_refused(demo):
    assert demo.deliver(LARGE).status == 413
    assert demo.api("POST", "/sendMessage", LARGE, headers={"Content-Type": "application/json"}).status == 413


def test_clients_that_take_too_long_are_cut_off(demo):
    requests = {
        "nothing at all": b"",
        "headers that never end": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        "a body that never ends": b"POST /webhook/whatsapp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
        "a connection kept open": b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    }
    with ThreadPoolExecutor() as clients:
        ended = dict(zip(requests, clients.map(lambda request: seconds_until_closed(demo.url, request), requests.values())))
    assert all(seconds is not None for seconds in ended.values()), ended


def seconds_until_closed(url, request, patience=90):
    address = urlsplit(url)
    started = time.monotonic()
    with socket.create_connection((address.hostname, address.port), timeout=patience) as connection:
        connection.sendall(request)
        try:
            while connection.recv(65_536):
                pass
        except TimeoutError:
            return None
        except ConnectionResetError:
            pass
    return time.monotonic() - started


def test_missing_settings_are_named_all_at_once_and_nothing_listens(tmp_path):
    environment = {"PATH": os.environ["PATH"], "PORT": "notaport", "DATABASE_URL": "mysql://somewhere"}
    done = subprocess.run([ZENRENT, "serve"], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30)

    assert done.returncode == 78
    wanted = "PORT DATABASE_URL META_APP_ID META_APP_SECRET META_CONFIG_ID WEBHOOK_VERIFY_TOKEN TOKEN_KEYS AUTH_JWT_SECRET"
    for name in wanted.split():
        assert name in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_settings_problems_never_show_a_secret(tmp_path):
    environment = {"PATH": os.environ["PATH"], "TOKEN_KEYS": "k1:hunter2hunter2", "AUTH_JWT_SECRET": "tooshortsecret"}
    done = subprocess.run([ZENRENT, "serve"], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30)

    assert done.returncode == 78
    assert "hunter2" not in done.stderr + done.stdout and "tooshortsecret" not in done.stderr + done.stdout


def run_demo(data, **environment):
    command = [ZENRENT, "demo", "--port", "0", "--simulator-port", "0", "--data", data]
    surroundings = {"PATH": os.environ["PATH"]} | environment
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=60)


def test_the_demo_leaves_a_database_alone_that_it_did_not_create(tmp_path):
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as database:
        database.execute("CREATE TABLE ledger_of_somebody_else (amount INTEGER)")
    database.close()
    before = hashlib.sha256(foreign.read_bytes()).hexdigest()

    done = run_demo(tmp_path / "demo", DATABASE_URL=f"sqlite:{foreign}")

    assert done.returncode != 0
    assert "did not create" in done.stderr + done.stdout
    assert hashlib.sha256(foreign.read_bytes()).hexdigest() == before
    assert [path.name for path in tmp_path.glob("foreign*")] == ["foreign.sqlite"]


@pytest.mark.parametrize("options", [[], ["--fresh"]])
def test_the_demo_leaves_a_folder_alone_that_it_did_not_make(tmp_path, options):
    (tmp_path / "letters.txt").write_text("Dear Olga")

    command = [ZENRENT, "demo", "--port", "0", "--simulator-port", "0", "--data", tmp_path, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
