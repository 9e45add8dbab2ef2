"""Apart from live updates and Meta's own window, pages need no JavaScript."""

import re

from playwright.sync_api import expect

from pages import bubble, fill_template, open_conversation, sign_in


def test_without_javascript_one_signs_in_reads_and_answers(demo, window):
    demo.connect()
    question = {"phoneNumberId": "109000000000001", "type": "text", "text": {"body": "Is the heating fixed?"}}
    demo.control("POST", "/phones/nadia/messages", question)
    olga = window(java_script_enabled=False)
    sign_in(olga, demo.url)

    open_conversation(olga, "Nadia Rahman")
    expect(bubble(olga, "Is the heating fixed?")).to_be_visible()
    olga.get_by_role("textbox", name="Message to Nadia").fill("Yes, since this morning.")
    olga.get_by_role("button", name="Send", exact=True).click()

    expect(bubble(olga, "Yes, since this morning.")).to_be_visible()
    expect(olga).to_have_url(re.compile(f"^{demo.url}/inbox/[^/]+$"))


def test_without_javascript_a_template_opens_a_conversation(demo, window):
    demo.connect()
    olga = window(java_script_enabled=False)
    sign_in(olga, demo.url)

    open_conversation(olga, "Tom Okafor")
    fill_template(olga)

    expect(bubble(olga, "Hello Tom")).to_be_visible()


def test_signing_out_ends_the_session_everywhere(demo, window):
    olga = window()
    sign_in(olga, demo.url)
    cookies = olga.context.cookies()

    olga.get_by_label(re.compile("your account$")).click()
    olga.get_by_role("button", name="Sign out").click()
    expect(olga.get_by_role("button", name=re.compile("^Sign in as Olga"))).to_be_visible()

    thief = window()
    thief.context.add_cookies(cookies)
    thief.goto(f"{demo.url}/inbox")
    expect(thief.get_by_role("navigation", name="Main")).to_have_count(0)
