"""Reading a thread: its history, its words as they were written, the keys, and the count on the page's title."""

import re

from playwright.sync_api import expect

from installation import eventually
from pages import assert_accessible, bubble, look, sign_in
from test_inbox import says

FORMATTED = """Three things, *please*:
1. the _kitchen_ tap drips
2. the lamp is ~broken~ gone

> It was like this before
- gas `4471`
```
error 119
```
Thank you"""


def open_nadia(demo, window, **options):
    olga = window(**options)
    sign_in(olga, demo.url)
    olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).click()
    expect(olga.get_by_role("log")).to_be_visible()
    # Before its scripts have come a form is a plain one.
    expect(olga.locator("form.pad:not([data-attached])")).to_have_count(0)
    return olga


def test_earlier_messages_come_in_above_without_a_jump(demo, window):
    demo.connect()
    for number in range(130):
        says(demo, "nadia", f"Reading number {number}.", ago=2 * 86_400 - 1_300 * number)
    eventually(lambda: demo.conversation("t-nadia")["unread"] == 130)
    olga = open_nadia(demo, window)
    articles = olga.get_by_role("log").get_by_role("article")
    expect(articles).to_have_count(50)

    anchor = bubble(olga, "Reading number 82.")
    anchor.scroll_into_view_if_needed()
    expect(articles).to_have_count(100)
    anchor.evaluate("element => element.scrollIntoView({block: 'center'})")
    before = anchor.bounding_box()["y"]
    olga.get_by_role("link", name="Earlier messages").evaluate("link => link.click()")
    expect(articles).to_have_count(130)

    assert abs(anchor.bounding_box()["y"] - before) <= 1, "what is being read moved"
    assert [f"Reading number {number}." in text for number, text in enumerate(articles.all_inner_texts())] == [True] * 130
    days = olga.get_by_role("log").locator(".day").all_inner_texts()
    assert len(days) == len(set(days)), "each day has one divider"
    expect(olga.get_by_role("link", name="Earlier messages")).to_have_count(0)
    expect(olga.locator("[data-newer]")).to_be_hidden()


def test_words_look_as_in_whatsapp_on_the_page_and_as_they_come_in(demo, window):
    demo.connect()
    says(demo, "nadia", "Hello")
    eventually(lambda: demo.messages("t-nadia"))
    olga = open_nadia(demo, window)

    says(demo, "nadia", FORMATTED)
    arrived = bubble(olga, "Three things")
    expect(arrived.locator("strong")).to_have_text("please")
    expect(arrived.locator("ol li")).to_have_text(["the kitchen tap drips", "the lamp is broken gone"])
    expect(arrived.locator("ol li em")).to_have_text("kitchen")
    expect(arrived.locator("s")).to_have_text("broken")
    expect(arrived.locator("blockquote")).to_have_text("It was like this before")
    expect(arrived.locator("li code")).to_have_text("4471")
    expect(arrived.locator("pre")).to_have_text("error 119")
    says(demo, "nadia", "One line.\n\nAnd another, after an empty one.", ago=-1)
    expect(bubble(olga, "One line.").locator(".said")).to_have_text(re.compile("One line\\.\n\nAnd another"), use_inner_text=True)
    look(olga, "30-formatted-words")
    live = arrived.locator(".bubble").inner_html()

    olga.reload()
    assert bubble(olga, "Three things").locator(".bubble").inner_html() == live


def test_the_keyboard_alone_finds_reads_and_writes(demo, window):
    demo.connect()
    says(demo, "tom", "Could you send me the contract once more?")
    says(demo, "nadia", "Is the heating fixed?", ago=-2)
    eventually(lambda: len(demo.api("GET", "/conversations").json["items"]) == 2)
    olga = window()
    sign_in(olga, demo.url)

    olga.keyboard.press("?")
    keys = olga.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    assert_accessible(olga, "the list of keys")
    look(olga, "31-keys")
    olga.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    olga.keyboard.press("j")
    expect(olga.locator("#conversations a").first).to_be_focused()
    olga.keyboard.press("j")
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("region", name="Conversation with Tom Okafor")).to_be_visible()
    olga.keyboard.press("w")
    field = olga.get_by_role("textbox", name="Message to Tom")
    expect(field).to_be_focused()
    olga.keyboard.type("Of course? /jk")
    olga.keyboard.press("Enter")
    expect(bubble(olga, "Of course? /jk")).to_be_visible()
    olga.keyboard.press("Escape")
    expect(olga.get_by_role("log")).to_be_focused()
    olga.keyboard.press("Escape")
    expect(olga.locator("#conversations a[aria-current]")).to_be_focused()
    olga.keyboard.press("/")
    expect(olga.get_by_role("searchbox")).to_be_focused()


def test_single_keys_can_be_switched_off(demo, window):
    demo.connect()
    says(demo, "nadia", "Is the heating fixed?")
    eventually(lambda: demo.messages("t-nadia"))
    olga = window()
    sign_in(olga, demo.url)
    olga.keyboard.press("?")
    olga.get_by_role("checkbox", name="Single keys").uncheck()
    olga.get_by_role("button", name="Close").click()

    olga.reload()
    olga.keyboard.press("/")
    expect(olga.get_by_role("searchbox")).not_to_be_focused()

    olga.get_by_label("your account").click()
    olga.get_by_role("button", name="Keys").click()
    olga.get_by_role("checkbox", name="Single keys").check()
    olga.get_by_role("button", name="Close").click()
    olga.keyboard.press("/")
    expect(olga.get_by_role("searchbox")).to_be_focused()


def test_the_title_and_the_icon_say_how_many_are_unread(demo, window):
    demo.connect()
    olga = window()
    sign_in(olga, demo.url)
    olga.goto(f"{demo.url}/inbox")
    expect(olga).to_have_title(re.compile("^Inbox"))

    says(demo, "nadia", "Is the heating fixed?")
    expect(olga).to_have_title(re.compile(r"^\(1\) Inbox"))
    expect(olga.locator("link[rel=icon]")).to_have_attribute("href", re.compile("icon-unread.svg$"))
    olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).click()
    expect(olga).to_have_title(re.compile(r"^(\(1\) )?Nadia"))
    olga.goto(f"{demo.url}/inbox")
    expect(olga).to_have_title(re.compile("^Inbox"))
    expect(olga.locator("link[rel=icon]")).to_have_attribute("href", re.compile("/icon.svg$"))


def test_parts_of_the_list_are_chosen_and_stay_chosen_beside_a_thread(demo, window):
    demo.connect()
    says(demo, "tom", "Could you send me the contract once more?")
    says(demo, "nadia", "Is the heating fixed?", ago=-2)
    eventually(lambda: len(demo.api("GET", "/conversations").json["items"]) == 2)
    demo.api("POST", "/sendMessage", {"tenantId": "t-tom", "type": "text", "text": {"body": "It is on its way."}})
    olga = window()
    sign_in(olga, demo.url)
    rows = olga.get_by_role("region", name="Conversations").get_by_role("listitem")
    expect(rows).to_have_count(2)

    parts = olga.get_by_role("navigation", name="Which conversations")
    parts.get_by_role("link", name="Waiting").click()
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link").click()
    expect(olga.get_by_role("region", name="Conversation with Nadia Rahman")).to_be_visible()
    expect(parts.get_by_role("link", name="Waiting")).to_have_attribute("aria-current", "true")
    expect(rows).to_have_count(1)
    look(olga, "33-waiting-for-you")

    # What comes in changes the row that is there, and brings none that may not belong here.
    says(demo, "nadia", "And the boiler?", ago=-4)
    expect(rows.first).to_contain_text("And the boiler?")
    assert "show=waiting" in rows.first.get_by_role("link").get_attribute("href")
    demo.api("POST", "/sendMessage", {"tenantId": "t-tom", "type": "text", "text": {"body": "Did it arrive?"}})
    expect(rows).to_have_count(1)

    parts.get_by_role("link", name="Not delivered").click()
    expect(olga.get_by_text("Everything has arrived")).to_be_visible()
    parts.get_by_role("link", name="Open").click()
    expect(rows).to_have_count(2)
    assert olga.goto(f"{demo.url}/inbox?show=nonsense").ok
    expect(rows).to_have_count(2)
