"""Commands beside the server."""

import base64
import os
import subprocess

from installation import ZENRENT, ask, run

CONTACTS = "\r\n".join([
    "\ufeffexternalId,name,phone,property,unit,language,optInSource,optInAt,optInWording",
    'i-1,"Moss, Ada",07700 900311,5 Quay Street,1A,en,lease form,2026-09-01T10:00:00Z,"I agree, ""fully"""',
    "i-2,Ben Fry,not a number,5 Quay Street,1B,en,,,",
    "i-3,Cleo Park,+44 7700 900313,5 Quay Street,2A,en,,,",
])


def test_an_import_beside_the_running_server_stores_good_rows_and_names_bad_ones(demo, tmp_path):
    file = tmp_path / "tenants.csv"
    file.write_text(CONTACTS, newline="")

    command = [ZENRENT, "contacts", "import", file, "--landlord", "olga", "--config", demo.folder / "demo.env"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1, done
    assert "line 3" in done.stdout and "created 2" in done.stdout and "rejected 1" in done.stdout, done
    found = {item["externalId"]: item for item in demo.api("GET", "/contacts?search=quay").json["items"]}
    assert set(found) == {"i-1", "i-3"}
    assert found["i-1"]["name"] == "Moss, Ada" and found["i-1"]["phone"] == "+447700900311"


def test_the_server_refuses_tables_that_are_not_up_to_date_and_names_the_command(tmp_path):
    environment = {
        "PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:{tmp_path}/zenrent.sqlite", "PORT": "0", "META_APP_ID": "1",
        "META_APP_SECRET": "secret", "META_CONFIG_ID": "2", "WEBHOOK_VERIFY_TOKEN": "verify",
        "TOKEN_KEYS": "k1:" + base64.b64encode(bytes(32)).decode(), "AUTH_JWT_SECRET": "a-secret-of-at-least-32-characters",
    }
    refused = subprocess.run([ZENRENT, "serve"], env=environment, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0 and "zenrent migrate" in refused.stderr, refused
    assert "ready" not in refused.stdout

    assert "applied" in run([ZENRENT, "migrate"], environment)
    assert "Nothing to do" in run([ZENRENT, "migrate"], environment)


def test_a_demo_goes_on_where_it_was_and_fresh_begins_anew(demo):
    demo.connect()
    assert demo.api("GET", "/accounts").json["items"]

    demo.process.stop()
    demo.start()
    assert [line["status"] for line in demo.api("GET", "/accounts").json["items"]] == ["connected"]

    demo.process.stop()
    demo.tokens = {}
    demo.start("--fresh")
    assert demo.api("GET", "/accounts").json["items"] == []
    assert ask("GET", f"{demo.url}/ready").status == 200
