"""Files that tenants send: seen, heard, read and saved in the thread, and nothing in them can act in anybody's name."""

import re

from playwright.sync_api import expect

from files import film, paper, photo, sends, sticker, voice
from installation import ask, eventually
from pages import bubble, look
from test_inbox import says
from test_reading import open_nadia

HOSTILE_NAME = "\u202egpj.<img src=x onerror=alert(1)>\"\u0301 lease.pdf"


def begun(demo, window):
    demo.connect()
    says(demo, "nadia", "I send you some things.")
    eventually(lambda: demo.messages("t-nadia"))
    return open_nadia(demo, window)


def natural_width(image):
    return image.evaluate("image => image.complete && image.naturalWidth")


def test_every_kind_of_file_is_shown_as_it_comes_in(demo, window):
    olga = begun(demo, window)

    sends(demo, "nadia", "image", photo(), caption="The kitchen", mime_type="image/jpeg")
    picture = bubble(olga, "The kitchen").get_by_role("img", name="Photo")
    eventually(lambda: natural_width(picture) == 720, what="the small picture")
    sends(demo, "nadia", "video", film(), caption="It drips", mime_type="video/mp4")
    expect(bubble(olga, "It drips").locator("video")).to_have_attribute("poster", re.compile("preview$"))
    sends(demo, "nadia", "audio", voice(), voice=True)
    expect(olga.get_by_role("button", name="Play: Voice message")).to_be_visible()
    expect(olga.locator(".sound .num")).to_have_text("0:04")
    sends(demo, "nadia", "document", paper(), filename="Lease 2026.pdf", mime_type="application/pdf")
    expect(bubble(olga, "Lease 2026.pdf")).to_contain_text(re.compile(r"PDF · 2 pages · \d+ bytes"))
    eventually(lambda: natural_width(bubble(olga, "Lease 2026.pdf").get_by_role("img", name="First page")) > 0)
    sends(demo, "nadia", "sticker", sticker(), mime_type="image/webp")
    eventually(lambda: natural_width(olga.get_by_role("img", name="Sticker")) == 512, what="the sticker")

    look(olga, "40-files")
    olga.reload()
    expect(olga.get_by_role("img", name="Photo")).to_be_visible()
    olga.locator("video").evaluate("film => { film.muted = true; return film.play(); }")
    olga.locator("audio").evaluate("sound => { sound.muted = true; }")
    olga.get_by_role("button", name="Play: Voice message").click()
    expect(olga.get_by_role("button", name="Pause")).to_be_visible()
    eventually(lambda: olga.locator("audio").evaluate("sound => sound.currentTime") > 0.3, what="the voice is heard")
    olga.get_by_role("slider", name="Position in Voice message").fill("3.5")
    expect(olga.get_by_role("button", name="Play: Voice message")).to_be_visible()
    expect(olga.locator(".sound .num")).to_have_text("0:04")


def test_a_picture_opens_large_and_the_keys_lead_to_the_next(demo, window):
    olga = begun(demo, window)
    for name in ("First", "Second"):
        sends(demo, "nadia", "image", photo(pattern="testsrc2" if name == "First" else "smptebars"), caption=name, mime_type="image/jpeg")
        expect(bubble(olga, name).get_by_role("img", name="Photo")).to_be_visible()

    bubble(olga, "First").get_by_role("link", name="Photo").click()
    viewer = olga.get_by_role("dialog", name="Picture")
    expect(viewer).to_be_visible()
    large = viewer.get_by_role("img")
    eventually(lambda: natural_width(large) == 1600, what="the whole picture")
    expect(viewer.get_by_role("button", name="Picture before")).to_be_hidden()
    look(olga, "41-viewer")
    first = large.get_attribute("src")
    olga.keyboard.press("ArrowRight")
    expect(large).not_to_have_attribute("src", first)
    expect(viewer.get_by_role("button", name="Next picture")).to_be_hidden()
    olga.keyboard.press("Escape")

    expect(viewer).to_be_hidden()
    expect(bubble(olga, "Second").get_by_role("link", name="Photo")).to_be_focused()


def test_what_whatsapp_lost_says_so_and_hides_no_neighbour(demo, window):
    olga = begun(demo, window)
    demo.control("POST", "/faults", {"kind": "mediaGone"})

    sends(demo, "nadia", "image", photo(), caption="Too late", mime_type="image/jpeg")
    expect(bubble(olga, "Too late")).to_contain_text("WhatsApp does not have it any more. Ask Nadia to send it again.")
    sends(demo, "nadia", "image", photo(), caption="In time", mime_type="image/jpeg")

    expect(bubble(olga, "In time").get_by_role("img", name="Photo")).to_be_visible()
    expect(bubble(olga, "I send you some things.")).to_be_visible()
    look(olga, "42-lost-file")


def test_nothing_in_a_file_or_its_name_runs_or_misleads(demo, window):
    olga = begun(demo, window)
    page = b"<html><script>document.title = 'taken over'</script>hello</html>"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "taken over"</script></svg>'

    sends(demo, "nadia", "image", page, caption="A page", mime_type="image/jpeg")
    sends(demo, "nadia", "document", drawing, filename="plan.svg", caption="A drawing", mime_type="image/svg+xml")
    sends(demo, "nadia", "document", paper(), filename=HOSTILE_NAME, caption="A name", mime_type="application/pdf")

    for caption in ("A page", "A drawing", "A name"):
        link = bubble(olga, caption).locator("a.file")
        expect(link).to_be_visible()
        with olga.expect_download() as saved:
            link.click()
        assert "\u202e" not in saved.value.suggested_filename and "/" not in saved.value.suggested_filename
        headers = olga.request.get(link.evaluate("link => link.href")).headers
        assert headers["content-disposition"].startswith("attachment;")
        assert headers["x-content-type-options"] == "nosniff" and "sandbox" in headers["content-security-policy"]
        assert "html" not in headers["content-type"] and "svg" not in headers["content-type"]
    assert olga.locator("article img[src='x']").count() == 0
    assert "taken over" not in olga.title()
    look(olga, "43-hostile-files")


def test_a_file_is_only_for_its_landlord_and_its_address_lives_some_minutes(demo, window):
    olga = begun(demo, window)
    wamid = sends(demo, "nadia", "image", photo(), caption="Mine", mime_type="image/jpeg")
    expect(bubble(olga, "Mine").get_by_role("img", name="Photo")).to_be_visible()
    link = bubble(olga, "Mine").get_by_role("link", name="Photo").evaluate("link => link.href")
    message = next(message for message in demo.messages("t-nadia") if message["wamid"] == wamid)

    told = demo.api("GET", f"/messages/{message['id']}/media").json
    assert told["state"] == "stored" and told["type"] == "image/jpeg" and told["bytes"] == len(photo())
    assert ask("GET", demo.url + told["url"]).body == photo()
    part = ask("GET", demo.url + told["url"], headers={"Range": "bytes=100-199"})
    assert part.status == 206 and part.body == photo()[100:200]
    assert ask("GET", demo.url + told["url"], headers={"Range": "bytes=99999999-"}).status == 416
    assert demo.api("GET", f"/messages/{message['id']}/media", person="pavel").status == 404

    stranger = window()
    assert "sign-in" in stranger.goto(link).url
    spoilt = told["url"].replace("/media/", "/media/x", 1)
    assert ask("GET", demo.url + spoilt).status == 404
