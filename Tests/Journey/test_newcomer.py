"""The main job, as somebody sees it who tries the demo for the first time."""

import re

from playwright.sync_api import expect

from pages import bubble, fill_template, look, open_conversation, press_connect, sign_in, walk_to_the_end


def test_a_newcomer_connects_a_number_and_chats_with_tenants(demo, window):
    olga = window()
    olga.goto(demo.url)
    look(olga, "01-sign-in")
    sign_in(olga, demo.url)

    olga.get_by_role("navigation", name="Main").get_by_role("link", name="Your number").click()
    look(olga, "02-connect")
    popup = press_connect(olga)
    look(popup, "03-sign-up-window")
    walk_to_the_end(popup)
    expect(olga.get_by_role("heading", name="Your number is connected")).to_be_visible()
    expect(olga.locator("#steps .step.done")).to_have_count(olga.locator("#steps .step").count())
    look(olga, "04-connected")

    olga.get_by_role("navigation", name="Main").get_by_role("link", name="Tenants").click()
    for tenant in ("Nadia Rahman", "Tom Okafor", "Ines Duarte"):
        expect(olga.get_by_role("row").filter(has_text=tenant)).to_be_visible()
    look(olga, "05-tenants")

    open_conversation(olga, "Nadia Rahman")
    expect(olga.get_by_role("button", name="Send template").first).to_be_visible()
    expect(olga.get_by_role("textbox", name="Message to Nadia")).to_have_count(0)
    templates = olga.locator("form.fill input[name=template]").evaluate_all("fields => fields.map(field => field.value)")
    assert "hello_tenant" in templates and not {"visit_notice", "offer_spring"} & set(templates), templates
    look(olga, "06-only-templates")

    olga.evaluate("window.loadedOnce = true")
    nadia = window()
    nadia.goto(f"{demo.simulator}/phones/nadia")
    nadia.get_by_role("textbox", name="Write as Nadia").fill("Is the heating fixed?")
    nadia.get_by_role("button", name="Send").click()
    expect(bubble(nadia, "Is the heating fixed?")).to_be_visible()
    look(nadia, "07-phone")
    expect(bubble(olga, "Is the heating fixed?")).to_be_visible()
    nadia.goto("about:blank")

    field = olga.get_by_role("textbox", name="Message to Nadia")
    field.fill("Yes, since this morning. Is it warm enough now?")
    field.press("Enter")
    answer = bubble(olga, "Yes, since this morning.")
    expect(answer.locator(".tick.delivered")).to_be_visible()
    assert olga.evaluate("window.loadedOnce"), "the page was loaded anew"
    look(olga, "08-delivered")

    nadia.goto(f"{demo.simulator}/phones/nadia")
    expect(bubble(nadia, "Yes, since this morning.")).to_be_visible()
    expect(answer.locator(".tick.read")).to_be_visible()
    look(olga, "09-read")

    open_conversation(olga, "Tom Okafor")
    fill_template(olga)
    hello = olga.get_by_role("log").get_by_role("article").last
    expect(hello.locator(".tick.delivered")).to_be_visible()
    expect(hello).to_contain_text(re.compile("Hello Tom"))
    look(olga, "10-template")
    tom = window()
    tom.goto(f"{demo.simulator}/phones/tom")
    expect(bubble(tom, "Hello Tom")).to_be_visible()
    look(tom, "11-phone-of-tom")
    expect(hello.locator(".tick.read")).to_be_visible()


def test_a_tenant_who_hides_the_number_can_write_and_be_answered(demo, window):
    demo.connect()
    olga = window()
    sign_in(olga, demo.url)

    sam = window()
    sam.goto(f"{demo.simulator}/phones/sam?number=109000000000001")
    sam.get_by_role("textbox", name="Write as Sam").fill("Do you allow cats?")
    sam.get_by_role("button", name="Send").click()

    row = olga.get_by_role("region", name="Conversations").get_by_role("link").filter(has_text="Do you allow cats?")
    row.click()
    field = olga.get_by_role("textbox", name=re.compile("^Message to"))
    field.fill("Yes, one.")
    field.press("Enter")
    expect(bubble(sam, "Yes, one.")).to_be_visible()
    look(olga, "12-hidden-number")


def test_the_keyboard_alone_suffices_to_answer(demo, window):
    demo.connect()
    demo.control("POST", "/phones/nadia/messages", {"phoneNumberId": "109000000000001", "type": "text", "text": {"body": "Hello?"}})
    olga = window()
    sign_in(olga, demo.url)
    expect(olga.get_by_role("region", name="Conversations").get_by_role("link").filter(has_text="Hello?")).to_be_visible()

    tab_to(olga, "link", "Hello?")
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("textbox", name="Message to Nadia")).to_be_visible()
    tab_to(olga, "textbox", "")
    olga.keyboard.type("Good morning")
    olga.keyboard.press("Enter")

    expect(bubble(olga, "Good morning").locator(".tick.delivered")).to_be_visible()


def tab_to(page, role, words):
    """Presses Tab until something of this kind that holds these words has the focus."""
    tags = {"link": "a", "textbox": "textarea"}
    script = "([tag, words]) => document.activeElement.matches(tag) && document.activeElement.textContent.includes(words)"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(script, [tags[role], words]):
            return
    raise AssertionError(f"Tab never reached a {role} with '{words}'")
