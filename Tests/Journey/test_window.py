"""The 24 hours while somebody writes: nothing that was typed is lost when they end, and it can wait for the answer."""

import contextlib
import re
import sqlite3
import time

from playwright.sync_api import expect

from installation import eventually
from pages import bubble, look
from test_inbox import says
from test_reading import open_nadia
from test_sending_files import on_phone

DAY = 86_400


def test_when_the_window_closes_while_one_writes_the_best_template_stands_there_and_the_draft_can_wait(demo, window):
    demo.connect()
    says(demo, "nadia", "When is the rent due?")
    eventually(lambda: demo.messages("t-nadia"))
    # A day later, but for half a minute.
    with contextlib.closing(sqlite3.connect(demo.folder / "zenrent.sqlite")) as database, database:
        database.execute("UPDATE conversations SET last_inbound_at = ?", [int((time.time() - DAY + 30) * 1000)])
    olga = open_nadia(demo, window)
    field = olga.get_by_label("Message to Nadia")
    field.fill("Your rent for December is due on Friday.")

    expect(field).to_have_count(0, timeout=60_000)
    expect(olga.get_by_text("Your draft is kept:")).to_be_visible()
    expect(olga.get_by_text("Your rent for December is due on Friday.").first).to_be_visible()
    expect(olga.get_by_role("radio", name=re.compile("Rent due"))).to_be_checked()
    expect(olga.get_by_role("link", name=re.compile("Nadia Rahman.*Closed"))).to_be_visible()
    look(olga, "48-window-closed")

    olga.get_by_role("button", name="Send it when Nadia answers").click()
    expect(olga.get_by_text("Goes out when Nadia answers:")).to_be_visible()
    expect(olga.get_by_text("Your draft is kept:")).to_be_hidden()
    look(olga, "49-waits-for-the-answer")
    olga.reload()
    expect(olga.get_by_text("Goes out when Nadia answers:")).to_be_visible()
    says(demo, "nadia", "Hello?")

    expect(bubble(olga, "Your rent for December is due on Friday.")).to_be_visible()
    eventually(lambda: [message["text"] for message in on_phone(demo)] == ["Your rent for December is due on Friday."])
    expect(olga.get_by_text("Goes out when Nadia answers:")).to_have_count(0)
    expect(field).to_have_value("")


def test_what_waits_for_an_answer_is_seen_by_all_and_can_be_taken_back(demo, window):
    demo.connect()
    says(demo, "nadia", "Long ago", ago=2 * DAY)
    eventually(lambda: demo.messages("t-nadia"))
    olga = open_nadia(demo, window)
    olga.evaluate("conversation => localStorage.setItem(`draft:${conversation}`, 'The plumber comes at five.')",
                  demo.conversation("t-nadia")["id"])
    olga.reload()
    other = olga.context.new_page()
    other.goto(olga.url)

    olga.get_by_role("button", name="Send it when Nadia answers").click()
    expect(other.get_by_text("Goes out when Nadia answers:")).to_be_visible()
    other.get_by_role("button", name="Take back").click()

    expect(olga.get_by_text("Goes out when Nadia answers:")).to_have_count(0)
    says(demo, "nadia", "Hello?")
    expect(bubble(olga, "Hello?")).to_be_visible()
    expect(olga.get_by_label("Message to Nadia")).to_be_visible()
    assert on_phone(demo) == []
