"""Copies of a conversation: asked for on the page, read as PDF, and proved offline by the bundle."""

import json
import re
import subprocess
import tarfile

from playwright.sync_api import expect

from conftest import SCREENSHOTS
from files import photo, sends
from installation import ZENRENT, eventually
from pages import bubble, look
from test_inbox import says
from test_reading import open_nadia


def spoken(demo, window):
    """Olga and Nadia have written, and Nadia has sent a picture."""
    demo.connect()
    says(demo, "nadia", "The boiler shows E119 again 👍")
    eventually(lambda: demo.messages("t-nadia"))
    demo.api("POST", "/sendMessage?wait=5", {"tenantId": "t-nadia", "type": "text", "text": {"body": "The plumber comes at five."}})
    says(demo, "tom", "Nobody else may read this")
    sends(demo, "nadia", "image", photo(), caption="The kitchen", mime_type="image/jpeg")
    olga = open_nadia(demo, window)
    expect(bubble(olga, "The kitchen").get_by_role("img", name="Photo")).to_be_visible()
    return olga


def saved(page, choice, folder):
    """Asks for a copy and saves it when it is ready."""
    section = page.get_by_role("region", name="Export")
    section.get_by_role("button", name=choice, exact=True).click()
    link = section.get_by_role("link", name=re.compile(f"^{choice} · "))
    expect(link).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        link.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def verify(path, key=None):
    """The command, with nothing of the installation around it."""
    return subprocess.run(
        [ZENRENT, "verify", path, *(["--key", key] if key else [])], capture_output=True, text=True, cwd="/", env={}, timeout=60)


def test_a_bundle_proves_offline_that_nothing_was_changed_and_tells_where_something_was(demo, window, tmp_path):
    olga = spoken(demo, window)
    bundle = saved(olga, "Bundle", tmp_path)
    olga.get_by_role("region", name="Export").get_by_text("Check a bundle").click()
    olga.evaluate("location.hash = '#about'")
    look(olga, "90-export")
    key = demo.api("GET", "/exports/key").json["publicKey"]
    assert bundle.name.startswith("Nadia Rahman ") and bundle.suffix == ".tar"
    expect(olga.get_by_role("region", name="Export").locator("code")).to_contain_text(key)

    whole = verify(bundle, key)
    assert whole.returncode == 0 and whole.stdout.startswith("Unchanged."), whole
    assert f"signed by     {key}" in whole.stdout and "Nadia Rahman" in whole.stdout

    with tarfile.open(bundle) as archive:
        names = archive.getnames()
        members = {member.name: member for member in archive.getmembers()}
        records = archive.extractfile("records.jsonl").read()
        picture = next(name for name in names if name.startswith("media/"))
        assert archive.extractfile(picture).read() == photo()
        archive.extractall(tmp_path / "unpacked")
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "unpacked", capture_output=True).returncode == 0
    told = [json.loads(json.loads(line)["content"]) for line in records.splitlines() if b'"content"' in line]
    assert any(record.get("fact") == "delivered" for record in told) and any(record.get("fact") == "consent" for record in told)
    assert "The plumber comes at five." in records.decode() and "Nobody else may read this" not in records.decode()

    for name, offset, word in (
            ("records.jsonl", members["records.jsonl"].offset_data + records.index(b"plumber"), "Record "),
            (picture, members[picture].offset_data + 500, f"{picture} was changed"),
            ("manifest.json", members["manifest.json"].offset_data + 30, "manifest.json")):
        spoilt = tmp_path / "spoilt.tar"
        content = bytearray(bundle.read_bytes())
        content[offset] ^= 1
        spoilt.write_bytes(content)
        found = verify(spoilt, key)
        assert found.returncode == 1 and word in found.stdout and "CHANGED." in found.stdout, (name, found)
    assert verify(demo.folder / "demo.env").returncode == 2
    assert verify(bundle, "A" * 43 + "=").returncode == 1


def test_a_pdf_shows_words_times_ticks_and_pictures(demo, window, tmp_path):
    olga = spoken(demo, window)
    says(demo, "nadia", "<img src=x onerror=alert(1)> \u202eevil\u202c مرحبا")
    expect(bubble(olga, "onerror")).to_be_visible()

    pdf = saved(olga, "PDF", tmp_path)

    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    assert "Conversation with Nadia Rahman" in text and "The plumber comes at five." in text and "The kitchen" in text
    assert re.search(r"Delivered \d\d:\d\d:\d\d", text) and "onerror=alert(1)" in text and "Agreement" in text
    assert "Nobody else may read this" not in text
    listed = subprocess.run(["pdfimages", "-list", pdf], check=True, capture_output=True, text=True).stdout
    assert len(listed.splitlines()) >= 3, listed
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["pdftoppm", "-r", "90", "-png", pdf, SCREENSHOTS / "91-transcript"], check=True)


def test_without_a_script_the_form_asks_and_the_page_shows_the_copy(demo, window, tmp_path):
    spoken(demo, window)
    plain = window(java_script_enabled=False)
    plain.goto(demo.url)
    plain.get_by_role("button", name=re.compile("^Sign in as Olga")).click()
    conversation = demo.conversation("t-nadia")["id"]
    plain.goto(f"{demo.url}/inbox/{conversation}")

    plain.get_by_role("region", name="Export").get_by_role("button", name="Bundle", exact=True).click()

    def link():
        plain.reload()
        found = plain.get_by_role("region", name="Export").get_by_role("link", name=re.compile("^Bundle · "))
        return found if found.count() else None

    with plain.expect_download() as download:
        eventually(link).click()
    assert verify(download.value.path()).returncode == 0


def test_a_copy_is_asked_for_by_one_landlord_only(demo, window):
    spoken(demo, window)
    conversation = demo.conversation("t-nadia")["id"]
    export = demo.api("POST", f"/conversations/{conversation}/exports", {"format": "bundle"}).json["id"]

    def state():
        answer = demo.api("GET", f"/conversations/{conversation}/exports/{export}").json
        return answer if answer["status"] == "ready" else None

    assert eventually(state)["url"].startswith("/media/")
    for method, path in (("POST", f"/conversations/{conversation}/exports"), ("GET", f"/conversations/{conversation}/exports/{export}")):
        assert demo.api(method, path, {"format": "bundle"} if method == "POST" else None, person="pavel").status == 404
