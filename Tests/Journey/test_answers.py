"""Answers to one message: a quote, an emoji; and what happened to it."""

import re

from playwright.sync_api import expect

from installation import ask, eventually
from pages import bubble, look
from test_inbox import NUMBER, says
from test_reading import open_nadia


def begun(demo, window, words="Is the heating fixed?", **options):
    demo.connect()
    says(demo, "nadia", words)
    eventually(lambda: demo.messages("t-nadia"))
    return open_nadia(demo, window, **options)


def shown(demo, words, person="nadia"):
    """A message as the phone knows it."""
    items = ask("GET", f"{demo.simulator}/simulator/phones/{person}/messages").json["items"]
    return next(item for item in items if item["text"] == words)


def test_an_answer_quotes_its_message_at_once_without_a_jump_and_leads_back_to_it(demo, window):
    olga = begun(demo, window)
    says(demo, "nadia", "And the tap drips", ago=-1)
    expect(bubble(olga, "And the tap drips")).to_be_visible()
    question = bubble(olga, "Is the heating fixed?")
    question.hover()
    question.get_by_role("link", name="Reply").click()
    field = olga.get_by_label("Message to Nadia")
    expect(field).to_be_focused()
    expect(olga.locator(".answering")).to_contain_text("Is the heating fixed?")
    olga.reload()
    expect(olga.locator(".answering")).to_contain_text("Is the heating fixed?")
    look(olga, "60-answering")
    olga.get_by_role("link", name="Do not quote it").click()
    expect(olga.locator(".answering")).to_be_hidden()

    # By the keyboard alone, while the server is slow.
    held = []
    olga.route(re.compile(r"/inbox/.*/messages$"), lambda route: held.append(route))
    question.focus()
    olga.keyboard.press("r")
    olga.keyboard.type("Yes, since ten.")
    olga.keyboard.press("Enter")
    waiting = bubble(olga, "Yes, since ten.")
    expect(waiting.locator(".quote")).to_contain_text("Is the heating fixed?")
    expect(olga.locator(".answering")).to_be_hidden()
    before = waiting.locator(".bubble").bounding_box()
    held[0].continue_()

    answer = bubble(olga, "Yes, since ten.")
    expect(answer.locator(".tick.delivered, .tick.read")).to_be_visible()
    after = answer.locator(".bubble").bounding_box()
    assert (before["y"], before["height"]) == (after["y"], after["height"])
    assert shown(demo, "Yes, since ten.")["quoted"] == shown(demo, "Is the heating fixed?")["wamid"]
    answer.locator(".quote").click()
    expect(olga).to_have_url(re.compile("#message-"))

    olga.goto(olga.url.split("#")[0] + "?reply=00000000-0000-7000-8000-000000000000")
    expect(olga.locator("[data-notice]")).to_contain_text("The message you answer is not part of this conversation.")
    quoted = {"id": shown(demo, "Yes, since ten.")["wamid"]}
    said = {"phoneNumberId": NUMBER, "type": "text", "text": {"body": "Thank you"}, "context": quoted}
    demo.control("POST", "/phones/nadia/messages", said)
    expect(bubble(olga, "Thank you").locator(".quote")).to_contain_text("Yes, since ten.")
    expect(bubble(olga, "Thank you").locator(".quote")).to_contain_text("You")


def test_a_long_thread_is_one_stop_for_tab_and_the_arrows_walk_through_it(demo, window):
    olga = begun(demo, window)
    for number in range(12):
        says(demo, "nadia", f"Line {number}", ago=-1 - number)
    expect(bubble(olga, "Line 11")).to_be_visible()
    assert olga.locator(".log .msg[tabindex='0']").count() == 1
    assert olga.locator(".log .does a:not([tabindex='-1'])").count() <= 2

    bubble(olga, "Line 11").focus()
    olga.keyboard.press("ArrowUp")
    expect(bubble(olga, "Line 10")).to_be_focused()
    olga.keyboard.press("e")
    expect(olga.get_by_role("button", name="Thumbs up")).to_be_focused()
    olga.keyboard.press("Escape")
    expect(bubble(olga, "Line 10")).to_be_focused()
    olga.keyboard.press("End")
    expect(bubble(olga, "Line 11")).to_be_focused()


def test_a_reaction_is_set_changed_and_taken_away_and_every_tab_and_the_phone_show_it(demo, window):
    olga = begun(demo, window)
    other = olga.context.new_page()
    other.goto(olga.url)

    def react(name):
        bubble(olga, "Is the heating fixed?").hover()
        bubble(olga, "Is the heating fixed?").get_by_role("link", name="React").click()
        olga.get_by_role("dialog", name="About this message").get_by_role("button", name=name).click()

    bubble(olga, "Is the heating fixed?").hover()
    bubble(olga, "Is the heating fixed?").get_by_role("link", name="React").click()
    expect(olga.get_by_role("button", name="Heart")).to_be_visible()
    look(olga, "61-reacting")
    olga.keyboard.press("Escape")
    for name, emoji in [("Thumbs up", "👍"), ("Heart", "❤️")]:
        react(name)
        for tab in (olga, other):
            expect(bubble(tab, "Is the heating fixed?").get_by_role("img", name=f"You reacted with {emoji}", exact=True)).to_be_visible()
        eventually(lambda: shown(demo, "Is the heating fixed?").get("businessReaction") == emoji)
    look(olga, "62-reacted")
    bubble(olga, "Is the heating fixed?").hover()
    bubble(olga, "Is the heating fixed?").get_by_role("link", name="React").click()
    dialog = olga.get_by_role("dialog", name="About this message")
    dialog.get_by_label("Another emoji").fill("🛠️")
    dialog.get_by_role("button", name="React", exact=True).click()
    eventually(lambda: shown(demo, "Is the heating fixed?").get("businessReaction") == "🛠️")
    react("Take 🛠️ away")

    for tab in (olga, other):
        expect(bubble(tab, "Is the heating fixed?").locator(".react")).to_have_count(0)
    eventually(lambda: not shown(demo, "Is the heating fixed?").get("businessReaction"))
    expect(olga.get_by_role("log").get_by_role("article")).to_have_count(1)
    expect(olga.get_by_role("region", name="Conversations")).not_to_contain_text("❤️")


def test_a_reaction_that_failed_says_so_and_what_stood_before_stands_again(demo, window):
    olga = begun(demo, window)
    demo.control("POST", "/faults", {"kind": "sendError", "code": 131009})

    bubble(olga, "Is the heating fixed?").hover()
    bubble(olga, "Is the heating fixed?").get_by_role("link", name="React").click()
    olga.get_by_role("button", name="Thumbs up").click()

    expect(bubble(olga, "Is the heating fixed?")).to_contain_text("Your reaction 👍 was not delivered.")
    expect(bubble(olga, "Is the heating fixed?").locator(".react")).to_have_count(0)
    look(olga, "63-reaction-failed")


def test_the_tick_tells_what_happened_by_touch_and_by_keyboard(demo, window):
    olga = begun(demo, window)
    field = olga.get_by_label("Message to Nadia")
    field.fill("The engineer comes at ten.")
    field.press("Enter")
    answer = bubble(olga, "The engineer comes at ten.")
    expect(answer.locator(".tick.delivered")).to_be_visible()
    demo.control("POST", "/phones/nadia/open", {"phoneNumberId": NUMBER})
    expect(answer.locator(".tick.read")).to_be_visible()

    answer.locator("a.story").click()
    told = olga.get_by_role("dialog", name="About this message")
    for words in ["Written, and waiting for its turn", "Handed to WhatsApp", "WhatsApp took it", "Delivered to Nadia’s phone", "Read"]:
        expect(told).to_contain_text(words)
    look(olga, "69-what-happened")
    olga.keyboard.press("Escape")
    expect(told).to_be_hidden()
    demo.control("POST", "/faults", {"kind": "notOnWhatsApp", "person": "nadia"})
    field.fill("And at eleven?")
    field.press("Enter")
    expect(bubble(olga, "And at eleven?").locator(".tick.failed")).to_be_visible()
    bubble(olga, "And at eleven?").focus()
    olga.keyboard.press("Tab")
    olga.keyboard.press("Enter")
    expect(told).to_contain_text("Code 131026")


def test_an_answer_that_comes_late_does_not_undo_what_the_stream_has_told_since(demo, window):
    olga = begun(demo, window)
    held = []

    def hold(route):
        # The server answers at once; the browser hears of it later.
        held.append((route, route.fetch()))

    olga.route(re.compile(r"/react$"), lambda route: hold(route) if route.request.method == "POST" else route.continue_())
    bubble(olga, "Is the heating fixed?").hover()
    bubble(olga, "Is the heating fixed?").get_by_role("link", name="React").click()
    olga.get_by_role("button", name="Thumbs up").click()
    reaction = bubble(olga, "Is the heating fixed?").get_by_role("img", name="You reacted with 👍", exact=True)
    expect(reaction).to_be_visible()

    route, answer = held[0]
    # Whether it was quicker than Meta or not, it tells what was before.
    older = re.sub("You reacted with 👍(, waiting for WhatsApp)?", "You reacted with 👍, waiting for WhatsApp", answer.text())
    assert "waiting for WhatsApp" in older
    route.fulfill(response=answer, body=older)

    expect(olga.get_by_role("dialog", name="About this message")).to_be_hidden()
    expect(reaction).to_be_visible()
