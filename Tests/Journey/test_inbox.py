"""The list of conversations keeps itself in order."""

import re
import time

from playwright.sync_api import expect

from installation import eventually
from pages import bubble, look, sign_in

NUMBER = "109000000000001"
SAID = {
    "447700900208": "The parcel room is locked again.",
    "447700900203": "Thank you, that works for us.",
    "447700900206": "Can I pay on the 3rd this month?",
    "447700900201": "The kitchen tap drips again.",
    "tom": "Could you send me the contract once more?",
    "ines": "Is there a spare key for the cellar?",
}


def says(demo, person, words, ago=0):
    """Somebody writes, some seconds ago. Meta's timestamps are whole seconds: within one, messages have no order."""
    said = {"phoneNumberId": NUMBER, "type": "text", "text": {"body": words}, "timestamp": str(int(time.time()) - ago)}
    demo.control("POST", f"/phones/{person}/messages", said)


def test_whoever_writes_comes_to_the_top_and_unread_messages_are_counted(demo, window):
    demo.connect()
    for place, (person, words) in enumerate(SAID.items()):
        says(demo, person, words, ago=3600 - 300 * place)
    says(demo, "nadia", "Good morning. The radiator in the bedroom stays cold.")
    says(demo, "nadia", "Is the heating fixed?")
    eventually(lambda: len(demo.api("GET", "/conversations").json["items"]) == len(SAID) + 1)
    olga = window()
    sign_in(olga, demo.url)
    rows = olga.get_by_role("region", name="Conversations").get_by_role("listitem")
    expect(rows).to_have_count(len(SAID) + 1)
    expect(rows.first).to_contain_text("Nadia Rahman")
    expect(rows.first.locator(".count")).to_have_text(re.compile("^2"))

    rows.first.get_by_role("link").click()
    expect(bubble(olga, "The radiator in the bedroom stays cold.")).to_be_visible()
    field = olga.get_by_role("textbox", name="Message to Nadia")
    field.fill("The engineer comes today between 14:00 and 16:00. Will you be in?")
    field.press("Enter")
    expect(bubble(olga, "The engineer comes today").locator(".tick.delivered")).to_be_visible()
    says(demo, "nadia", "Yes, I am at home all day.", ago=-2)
    expect(bubble(olga, "Yes, I am at home all day.")).to_be_visible()
    demo.control("POST", "/phones/nadia/open", {"phoneNumberId": NUMBER})
    expect(bubble(olga, "The engineer comes today").locator(".tick.read")).to_be_visible()
    look(olga, "13-busy-inbox")

    says(demo, "447700900202", "The lift is stuck on the second floor.", ago=-3)
    expect(rows.first).to_contain_text("Liam Walsh")
    expect(rows.first.locator(".count")).to_have_text(re.compile("^1"))
    assert "Nadia" in rows.nth(1).inner_text()


def test_two_tabs_show_the_same_without_a_reload(demo, window):
    demo.connect()
    first = window()
    sign_in(first, demo.url)
    second = first.context.new_page()
    second.goto(f"{demo.url}/inbox")

    says(demo, "nadia", "Is the heating fixed?")

    for tab in (first, second):
        expect(tab.get_by_role("region", name="Conversations").get_by_text("Is the heating fixed?")).to_be_visible()


def test_another_landlord_sees_nothing_of_it(demo):
    demo.connect()
    says(demo, "nadia", "This is for Olga.")
    eventually(lambda: demo.messages("t-nadia"))
    conversation = demo.conversation("t-nadia")["id"]

    assert demo.api("GET", "/conversations", person="pavel").json["items"] == []
    assert demo.api("GET", f"/conversations/{conversation}/messages", person="pavel").status == 404
    assert demo.api("GET", "/conversations/00000000-0000-7000-8000-000000000000/messages", person="pavel").status == 404
