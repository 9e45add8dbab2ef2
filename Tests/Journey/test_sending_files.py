"""Files that landlords send: chosen, dropped, pasted and spoken; checked before WhatsApp sees them, and sent once."""

import base64
import re

from playwright.sync_api import expect

from files import paper, photo, voice
from installation import ask, eventually
from pages import bubble, look
from test_inbox import says
from test_reading import open_nadia


def begun(demo, window, **options):
    demo.connect()
    says(demo, "nadia", "Could you send me the lease?")
    eventually(lambda: demo.messages("t-nadia"))
    return open_nadia(demo, window, **options)


def on_phone(demo, person="nadia"):
    """What a phone has received."""
    shown = ask("GET", f"{demo.simulator}/simulator/phones/{person}/messages").json["items"]
    return [message for message in shown if message["direction"] == "in" and message["status"] != "failed"]


def chosen(olga):
    return olga.get_by_label("Attach files")


def test_files_are_chosen_and_arrive_in_order_with_their_caption(demo, window):
    olga = begun(demo, window)

    chosen(olga).set_input_files([
        {"name": "kitchen.jpg", "mimeType": "image/jpeg", "buffer": photo(640, 480)},
        {"name": "Lease 2026.pdf", "mimeType": "application/pdf", "buffer": paper()},
    ])
    tray = olga.get_by_role("list", name="Files to send")
    expect(tray.get_by_role("listitem")).to_have_count(2)
    look(olga, "44-tray")
    olga.get_by_label("Message to Nadia").fill("Here is *everything*")
    olga.get_by_role("button", name="Send", exact=True).click()
    says(demo, "nadia", "Thank you")

    eventually(lambda: len(on_phone(demo)) == 2, what="both files on the phone")
    first, second = on_phone(demo)
    assert (first["type"], first["content"]["caption"]) == ("image", "Here is *everything*")
    assert (second["type"], second["content"]["filename"]) == ("document", "Lease 2026.pdf")
    expect(tray).to_be_hidden()
    expect(bubble(olga, "Here is everything").get_by_role("img", name="Photo")).to_be_visible()
    expect(bubble(olga, "Lease 2026.pdf").locator(".tick.delivered, .tick.read")).to_be_visible()
    look(olga, "45-sent-files")
    shown = olga.get_by_role("log").get_by_role("article").all_inner_texts()
    olga.reload()
    assert olga.get_by_role("log").get_by_role("article").all_inner_texts() == shown


def test_what_whatsapp_does_not_take_is_told_before_it_is_sent(demo, window):
    olga = begun(demo, window)
    page = {"name": "page.html", "mimeType": "text/html", "buffer": b"<script>alert(1)</script>"}
    heavy = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": photo(64, 64) + bytes(6 << 20)}

    for file, words in [(page, "WhatsApp does not take .html files. It takes photos"), (heavy, "WhatsApp takes photos of up to 5 MB")]:
        chosen(olga).set_input_files(file)
        olga.get_by_label("Message to Nadia").fill("Look at this")
        olga.get_by_role("button", name="Send", exact=True).click()
        expect(olga.locator("[data-notice]")).to_contain_text(words)
        expect(olga.get_by_label("Message to Nadia")).to_have_value("Look at this")

    assert on_phone(demo) == []
    look(olga, "46-refused-file")
    assert len(demo.messages("t-nadia")) == 1, "a refusal stores nothing"


def test_a_file_is_pasted_and_another_is_dropped_on_the_thread(demo, window):
    olga = begun(demo, window)
    transfer = """(element, [name, data, event]) => {
        const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
        const given = new DataTransfer();
        given.items.add(new File([bytes], name, { type: 'image/jpeg' }));
        const about = event === 'paste' ? { clipboardData: given } : { dataTransfer: given };
        const Kind = event === 'paste' ? ClipboardEvent : DragEvent;
        element.dispatchEvent(new Kind(event, { ...about, bubbles: true, cancelable: true }));
    }"""
    content = base64.b64encode(photo(320, 240)).decode()

    olga.get_by_label("Message to Nadia").evaluate(transfer, ["pasted.jpg", content, "paste"])
    olga.get_by_role("log").evaluate(transfer, ["dropped.jpg", content, "drop"])
    tray = olga.get_by_role("list", name="Files to send")
    expect(tray.get_by_role("listitem")).to_have_count(2)
    tray.get_by_role("button", name="Take pasted.jpg away").click()
    olga.get_by_label("Message to Nadia").press("Enter")

    eventually(lambda: len(on_phone(demo)) == 1, what="the dropped file on the phone")
    expect(olga.get_by_role("log").get_by_role("img", name="Photo")).to_have_count(1)


def test_words_beside_a_sound_go_by_themselves(demo, window):
    olga = begun(demo, window)

    chosen(olga).set_input_files({"name": "noise.ogg", "mimeType": "audio/ogg", "buffer": voice()})
    olga.get_by_label("Message to Nadia").fill("Is it this noise?")
    olga.get_by_role("button", name="Send", exact=True).click()

    eventually(lambda: olga.wait_for_timeout(20) or len(on_phone(demo)) == 2, what="words and sound on the phone")
    assert [message["type"] for message in on_phone(demo)] == ["text", "audio"]


def test_a_voice_message_is_recorded_and_sent_as_one(demo, window):
    olga = begun(demo, window, permissions=["microphone"])

    olga.get_by_role("button", name="Record a voice message").click()
    expect(olga.get_by_text("Recording")).to_be_visible()
    look(olga, "47-recording")
    expect(olga.locator("[data-recording-words]")).to_contain_text(re.compile("0:(0[1-9]|[1-5][0-9])"))
    olga.locator("[data-recording-send]").click()

    eventually(lambda: len(on_phone(demo)) == 1, what="the voice message on the phone")
    heard = on_phone(demo)[0]
    assert heard["type"] == "audio" and heard["content"]["voice"] is True
    expect(olga.get_by_role("button", name="Play: Voice message")).to_be_visible()
    olga.get_by_role("button", name="Record a voice message").click()
    olga.get_by_role("button", name="Discard").click()
    expect(olga.get_by_role("button", name="Record a voice message")).to_be_focused()
    assert len(on_phone(demo)) == 1


def test_an_answer_that_got_lost_does_not_send_the_file_twice(demo, window):
    olga = begun(demo, window)
    tries = []

    def lose(route):
        # The server has it; its first answer never arrives.
        tries.append(route.request.url)
        if len(tries) > 1:
            return route.continue_()
        route.fetch()
        route.abort()

    olga.route("**/files?*", lose)
    chosen(olga).set_input_files({"name": "kitchen.jpg", "mimeType": "image/jpeg", "buffer": photo(640, 480)})
    olga.get_by_label("Message to Nadia").fill("Once")
    olga.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(olga, "Once").get_by_role("img", name="Photo")).to_be_visible()
    # Playwright hears of the page while it waits on it.
    eventually(lambda: olga.wait_for_timeout(50) or len(tries) == 2, what="the second try")

    eventually(lambda: len(on_phone(demo)) == 1)
    assert tries[0] == tries[1], "under the same ID"
    expect(olga.get_by_role("log").get_by_role("article").filter(has_text="Once")).to_have_count(1)


def test_while_whatsapp_takes_no_file_the_messages_behind_it_wait_and_others_do_not(demo, window):
    olga = begun(demo, window)
    says(demo, "tom", "Hello")
    demo.control("POST", "/faults", {"kind": "mediaError", "code": 131000, "times": 2})

    chosen(olga).set_input_files({"name": "kitchen.jpg", "mimeType": "image/jpeg", "buffer": photo(640, 480)})
    olga.get_by_label("Message to Nadia").fill("First")
    olga.get_by_role("button", name="Send", exact=True).click()
    olga.get_by_label("Message to Nadia").fill("Second")
    olga.get_by_role("button", name="Send", exact=True).click()

    eventually(lambda: len(on_phone(demo)) == 2, what="both on the phone")
    assert [message["content"].get("caption") or message["content"]["body"] for message in on_phone(demo)] == ["First", "Second"]


def test_the_platform_hands_in_a_file_once_and_sends_it_by_its_id(demo):
    demo.connect()
    says(demo, "nadia", "Could you send me the lease?")
    eventually(lambda: demo.messages("t-nadia"))

    kept = demo.api("POST", "/media", paper(), headers={"X-File-Name": "Lease.pdf", "Content-Type": "application/pdf"})
    assert kept.status == 201 and kept.json["kind"] == "document", kept
    order = {"tenantId": "t-nadia", "type": "document", "document": {"id": kept.json["id"], "filename": "Lease.pdf", "caption": "Signed"}}
    sent = demo.api("POST", "/sendMessage", order | {"clientMessageId": "lease-1"})
    again = demo.api("POST", "/sendMessage", order | {"clientMessageId": "lease-1"})
    foreign = demo.api("POST", "/sendMessage", order | {"type": "image", "image": {"id": kept.json["id"]}})

    assert sent.status == again.status == 202 and sent.json["id"] == again.json["id"]
    assert foreign.status == 422 and foreign.json["error"]["code"] == "file"
    eventually(lambda: len(on_phone(demo)) == 1)
    assert demo.api("POST", "/media", b"", headers={"Content-Type": "application/pdf"}).status == 422
    uploads = [call for call in demo_requests(demo) if call["path"].endswith("/media")]
    assert len(uploads) == 1, "WhatsApp is handed a file once"


def demo_requests(demo):
    return ask("GET", f"{demo.simulator}/simulator/requests?since=0").json["items"]
