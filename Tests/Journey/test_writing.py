"""Writing on good lines and bad ones: what was written is seen at once, sent once, and never lost."""

import re

from playwright.sync_api import expect

from installation import eventually
from pages import bubble, look
from test_inbox import says
from test_reading import open_nadia

OFFLINE = "No connection. It goes out by itself when the line is back."


def opened(demo, window):
    demo.connect()
    says(demo, "nadia", "Is the heating fixed?")
    eventually(lambda: demo.messages("t-nadia"))
    return open_nadia(demo, window)


def write(page, words):
    field = page.get_by_role("textbox", name="Message to Nadia")
    field.fill(words)
    field.press("Enter")
    expect(field).to_have_value("")


def sent(demo):
    """What the platform's API knows of ours, oldest first."""
    return [message["text"] for message in reversed(demo.messages("t-nadia")) if message["direction"] == "out"]


def test_what_was_written_is_seen_before_the_server_has_it_and_does_not_move_when_it_does(demo, window):
    olga = opened(demo, window)
    held = []
    olga.route(re.compile(r"/inbox/.*/messages$"), lambda route: held.append(route))

    write(olga, "The engineer comes at ten.")
    waiting = bubble(olga, "The engineer comes at ten.")
    expect(waiting.locator(".tick.waiting")).to_be_visible()
    before = waiting.locator(".said").bounding_box()
    assert sent(demo) == []
    held[0].continue_()

    expect(bubble(olga, "The engineer comes at ten.").locator(".tick.delivered")).to_be_visible()
    assert bubble(olga, "The engineer comes at ten.").locator(".said").bounding_box() == before
    expect(olga.get_by_role("log").get_by_role("article").filter(has_text="The engineer")).to_have_count(1)
    expect(olga.get_by_role("textbox", name="Message to Nadia")).to_be_focused()


def test_without_a_connection_messages_wait_and_go_out_once_and_in_order(demo, window):
    olga = opened(demo, window)
    expect(olga.get_by_role("status").filter(has_text="Live")).to_be_visible()
    olga.context.set_offline(True)
    for number in range(3):
        write(olga, f"Number {number}")
    expect(bubble(olga, "Number 0").get_by_text(OFFLINE)).to_be_visible()
    look(olga, "32-no-connection")
    assert sent(demo) == []

    olga.context.set_offline(False)

    expect(bubble(olga, "Number 2").locator(".tick.delivered")).to_be_visible()
    expect(olga.get_by_text(OFFLINE)).to_have_count(0)
    assert sent(demo) == ["Number 0", "Number 1", "Number 2"]
    expect(olga.get_by_role("log").get_by_role("article").filter(has_text="Number")).to_have_count(3)


def test_an_answer_that_got_lost_and_a_reload_do_not_send_twice(demo, window):
    olga = opened(demo, window)

    def lose(route):
        route.fetch()
        route.abort()

    olga.route(re.compile(r"/inbox/.*/messages$"), lose)
    write(olga, "Once only")
    # Playwright takes what is routed only while it waits on the page.
    eventually(lambda: olga.wait_for_timeout(20) or sent(demo) == ["Once only"])

    olga.reload()
    expect(olga.get_by_role("log").get_by_role("article").filter(has_text="Once only")).to_have_count(1)
    olga.unroute_all()
    expect(bubble(olga, "Once only").locator(".tick.delivered")).to_be_visible()
    expect(olga.get_by_text(OFFLINE)).to_have_count(0)
    olga.reload()

    expect(olga.get_by_role("log").get_by_role("article").filter(has_text="Once only")).to_have_count(1)
    assert sent(demo) == ["Once only"]


def test_refused_words_are_back_where_they_were_written(demo, window):
    olga = opened(demo, window)
    account = demo.api("GET", "/accounts").json["items"][0]["id"]
    assert demo.api("DELETE", f"/accounts/{account}").status in (200, 204)

    field = olga.get_by_role("textbox", name="Message to Nadia")
    field.fill("Is it warm now?")
    field.press("Enter")

    expect(olga.get_by_role("link", name="Connect WhatsApp")).to_be_visible()
    expect(olga.get_by_role("log").get_by_role("article").filter(has_text="Is it warm now?")).to_have_count(0)
    kept = olga.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('draft:')).map(([, words]) => words)")
    assert kept == ["Is it warm now?"]
    demo.connect()
    olga.reload()
    expect(olga.get_by_role("textbox", name="Message to Nadia")).to_have_value("Is it warm now?")


def test_two_tabs_without_a_connection_keep_what_each_has_waiting(demo, window):
    olga = opened(demo, window)
    other = olga.context.new_page()
    other.goto(olga.url)
    olga.context.route(re.compile(r"/inbox/.*/messages$"), lambda route: route.abort())
    write(olga, "From the first tab")
    write(other, "From the second tab")
    expect(bubble(other, "From the second tab").get_by_text(OFFLINE)).to_be_visible()
    other.close()
    olga.context.unroute_all()

    olga.reload()

    expect(bubble(olga, "From the second tab").locator(".tick.delivered")).to_be_visible()
    expect(bubble(olga, "From the first tab").locator(".tick.delivered")).to_be_visible()
    assert sorted(sent(demo)) == ["From the first tab", "From the second tab"]


def test_what_the_server_will_never_take_holds_up_nothing(demo, window):
    olga = opened(demo, window)
    olga.route(re.compile(r"/inbox/.*/messages$"), lambda route: route.fulfill(status=404, body="gone"), times=1)
    field = olga.get_by_role("textbox", name="Message to Nadia")
    field.fill("Never")
    field.press("Enter")

    expect(olga.get_by_text("Your words are back in the field")).to_be_visible()
    expect(field).to_have_value("Never")
    write(olga, "Later")
    expect(bubble(olga, "Later").locator(".tick.delivered")).to_be_visible()
