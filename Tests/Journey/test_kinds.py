"""More than words: places, cards, questions, stickers and calls, and all of it without a script."""

import re
import time

from playwright.sync_api import expect

from files import made, sticker
from installation import eventually
from pages import bubble, look, open_conversation, sign_in
from test_answers import begun, shown
from test_inbox import NUMBER, says
from test_sending_files import chosen, on_phone


def more(olga, name):
    olga.get_by_label("More to send").click()
    olga.get_by_role("link", name=name).click()
    return olga.get_by_role("form", name=name)


def send(form):
    form.get_by_role("button", name="Send", exact=True).click()


def press(olga, demo, *names):
    """Nadia presses a button on her phone, or opens a list and chooses."""
    phone = olga.context.new_page()
    phone.goto(f"{demo.simulator}/phones/nadia")
    for name in names:
        phone.locator(".menu summary, .presses button").filter(has_text=re.compile(f"^{name}")).last.click()
    phone.wait_for_load_state()
    phone.close()


def test_a_place_is_sent_by_a_link_or_from_where_one_is(demo, window):
    olga = begun(demo, window, "Where is the key?", permissions=["geolocation"], geolocation={"latitude": 51.50335, "longitude": -0.11963})
    field = olga.get_by_label("Message to Nadia")
    field.fill("A draft that stays")

    form = more(olga, "A place")
    form.get_by_label("Where it is").fill("somewhere")
    expect(form).to_contain_text("We find no place in this.")
    form.get_by_label("Where it is").fill("https://www.openstreetmap.org/?mlat=51.50420&mlon=-0.12000#map=17/51.5/-0.1")
    form.get_by_label("Name of the place").fill("The key safe")
    expect(form.get_by_role("img", name=re.compile("51.50420, -0.12000"))).to_be_visible()
    form.get_by_role("button", name="Where I am now").click()
    expect(form.get_by_label("Where it is")).to_have_value("51.50335, -0.11963")
    expect(form.get_by_role("img", name=re.compile("51.50335, -0.11963"))).to_be_visible()
    look(olga, "64-place-form")
    # A message that comes in meanwhile takes nothing away.
    says(demo, "nadia", "Are you there?", ago=-1)
    expect(bubble(olga, "Are you there?")).to_be_visible()
    expect(form.get_by_label("Name of the place")).to_have_value("The key safe")
    send(form)

    expect(bubble(olga, "The key safe").get_by_role("link", name=re.compile("Open the map"))).to_have_attribute(
        "href", "https://www.openstreetmap.org/?mlat=51.50335&mlon=-0.11963#map=17/51.50335/-0.11963")
    eventually(lambda: on_phone(demo))
    assert on_phone(demo)[0]["content"]["name"] == "The key safe"
    expect(field).to_have_value("A draft that stays")
    look(olga, "65-place")


def test_a_card_buttons_a_list_and_a_link_are_sent_and_what_is_pressed_comes_in(demo, window):
    olga = begun(demo, window, "Who repairs it, and when?")

    form = more(olga, "A contact card")
    form.get_by_role("link", name="Your own card").click()
    form = olga.get_by_role("form", name="A contact card")
    expect(form.get_by_label("Phone number")).not_to_have_value("")
    form.get_by_label("Name", exact=True).fill("Harker Heating")
    form.get_by_label("Phone number").fill("07700 900640")
    expect(form.locator(".kind-preview")).to_contain_text("+44 7700 900640")
    send(form)
    expect(bubble(olga, "Harker Heating")).to_contain_text("+44 7700 900640")

    form = more(olga, "A question with buttons")
    form.get_by_label("What you write").fill("Does 10:00 suit you?")
    form.get_by_label("Button 1").fill("Yes")
    form.get_by_label("Button 2").fill("Yes")
    expect(form).to_contain_text("Two buttons say the same.")
    send(form)
    expect(olga.locator("[data-notice]")).to_contain_text("Two buttons say the same.")
    form = olga.get_by_role("form", name="A question with buttons")
    expect(form.get_by_label("What you write")).to_have_value("Does 10:00 suit you?")
    form.get_by_label("Button 2").fill("No")
    expect(form.locator(".kind-preview")).to_contain_text("No")
    look(olga, "66-buttons-form")
    send(form)
    expect(bubble(olga, "Does 10:00 suit you?").locator(".replies")).to_contain_text("Yes")
    eventually(lambda: len(on_phone(demo)) == 2)
    press(olga, demo, "Yes")
    expect(bubble(olga, "Picked a button").locator(".quote")).to_contain_text("Does 10:00 suit you?")

    form = more(olga, "A list to choose from")
    form.get_by_label("What you write").fill("What is broken?")
    form.get_by_label("Choices, one in a line").fill("Kitchen:\nTap – drips\nOven\nBath:\nShower")
    form.locator(".kind-preview").get_by_text("Choose", exact=True).click()
    expect(form.locator(".kind-preview")).to_contain_text("drips")
    look(olga, "67-list-form")
    send(form)
    expect(olga.get_by_role("link", name="A button with a link")).to_be_hidden()
    eventually(lambda: len(on_phone(demo)) == 3)
    press(olga, demo, "Choose", "Shower")
    expect(bubble(olga, "Shower").locator(".quote")).to_contain_text("What is broken?")

    form = more(olga, "A button with a link")
    form.get_by_label("What you write").fill("Your statement for November")
    form.get_by_label("On the button").fill("Open it")
    form.get_by_label("Address of the page").fill("https://zenrent.example/statement")
    send(form)
    expect(bubble(olga, "Your statement for November").get_by_role("link", name="Open it")).to_be_visible()
    eventually(lambda: [message["type"] for message in on_phone(demo)] == ["contacts", "interactive", "interactive", "interactive"])
    look(olga, "68-kinds")
    phone = olga.context.new_page()
    phone.goto(f"{demo.simulator}/phones/nadia")
    expect(phone.get_by_role("link", name="Open it")).to_be_visible()
    expect(phone.get_by_text("Harker Heating")).to_be_visible()


def test_a_sticker_is_sent_and_another_webp_says_why_not(demo, window):
    olga = begun(demo, window)
    wide = made("webp", "-f", "lavfi", "-i", "color=c=orange:size=640x480:duration=1:rate=1", "-frames:v", "1")

    chosen(olga).set_input_files({"name": "wide.webp", "mimeType": "image/webp", "buffer": wide})
    olga.get_by_role("button", name="Send", exact=True).click()
    expect(olga.locator("[data-notice]")).to_contain_text("of 512 × 512 points; this one has 640 × 480")
    chosen(olga).set_input_files({"name": "key.webp", "mimeType": "image/webp", "buffer": sticker()})
    olga.get_by_role("button", name="Send", exact=True).click()

    eventually(lambda: [message["type"] for message in on_phone(demo)] == ["sticker"])
    expect(olga.get_by_role("log").get_by_role("img", name="Sticker")).to_be_visible()



def test_a_missed_call_stands_in_the_thread(demo, window):
    olga = begun(demo, window)
    call = {"id": "wacid.1", "from": "447700900118", "to": "442079460001", "direction": "USER_INITIATED"}
    for event in ({"event": "connect"}, {"event": "terminate", "status": "COMPLETED"}):
        value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "442079460001", "phone_number_id": NUMBER},
                 "calls": [call | event | {"timestamp": str(int(time.time()) + 1)}]}
        demo.control("POST", "/webhooks", {"field": "calls", "entryId": "104000000000001", "value": value})

    expect(olga.get_by_role("log").get_by_text("Missed voice call")).to_be_visible()
    expect(olga.get_by_role("region", name="Conversations")).to_contain_text("Missed voice call")


def test_without_javascript_one_replies_reacts_reads_the_story_and_sends_a_place(demo, window):
    demo.connect()
    says(demo, "nadia", "Is the heating fixed?")
    olga = window(java_script_enabled=False)
    sign_in(olga, demo.url)
    open_conversation(olga, "Nadia Rahman")

    bubble(olga, "Is the heating fixed?").get_by_role("link", name="Reply").click()
    expect(olga.locator(".answering")).to_contain_text("Is the heating fixed?")
    olga.get_by_role("textbox", name="Message to Nadia").fill("Yes, since this morning.")
    olga.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(olga, "Yes, since this morning.").locator(".quote")).to_contain_text("Is the heating fixed?")

    olga.get_by_role("article").filter(has_text="Is the heating fixed?").first.get_by_role("link", name="React").click()
    olga.get_by_role("button", name="Heart").click()
    expect(olga).to_have_url(re.compile("#message-"))
    eventually(lambda: shown(demo, "Is the heating fixed?").get("businessReaction") == "❤️")
    olga.reload()
    expect(olga.get_by_role("img", name="You reacted with ❤️", exact=True)).to_be_visible()

    bubble(olga, "Yes, since this morning.").locator("a.story").click()
    expect(olga.get_by_role("heading", name="What happened")).to_be_visible()
    expect(olga.get_by_text("Handed to WhatsApp")).to_be_visible()
    olga.get_by_role("link", name="Back to Nadia").click()

    form = more(olga, "A place")
    form.get_by_label("Where it is").fill("51.50335, -0.11963")
    form.get_by_role("button", name="Preview").click()
    form = olga.get_by_role("form", name="A place")
    expect(form.get_by_role("img", name=re.compile("51.50335"))).to_be_visible()
    send(form)
    expect(olga.get_by_role("link", name=re.compile("Open the map"))).to_be_visible()
