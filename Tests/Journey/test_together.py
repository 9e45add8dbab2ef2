"""Several people at one inbox: who may do what, who looks after what, notes, later, done, quick answers."""

import re
import time

from playwright.sync_api import expect

from installation import eventually
from pages import bubble, look, sign_in
from test_inbox import says
from test_reading import open_nadia
from test_sending_files import on_phone


def sign_in_by_link(demo, page, person):
    """As the platform sends somebody in."""
    page.goto(demo.api("POST", "/signInLinks", person=person).json["url"])
    page.get_by_role("button", name=re.compile("^Continue as")).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def sign_in_as_marek(demo, page):
    page.goto(demo.url)
    page.get_by_role("button", name=re.compile("^Sign in as Marek")).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def invite(demo, page, role, whom):
    """An owner makes a link on the page about people; answers it."""
    page.goto(f"{demo.url}/people")
    page.get_by_label("Whom for").fill(whom)
    page.get_by_role("radio", name=re.compile(f"^{role}")).check()
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("The link").input_value()


def open_thread(page):
    page.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).click()
    expect(page.get_by_role("log")).to_be_visible()
    expect(page.locator("form.pad:not([data-attached])")).to_have_count(0)


def nadia_writes(demo, words="Is the heating fixed?"):
    says(demo, "nadia", words)
    eventually(lambda: demo.messages("t-nadia"))


def filing(page):
    return page.locator(".filing")


def test_marek_is_taken_away_at_once_and_comes_back_by_an_invitation(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga, marek = window(), window()
    sign_in(olga, demo.url)
    sign_in_as_marek(demo, marek)
    open_thread(marek)

    olga.get_by_label(re.compile("your account$")).click()
    olga.get_by_role("link", name="People").click()
    look(olga, "90-people")
    olga.get_by_text("Take away Marek Kowalski").click()
    olga.get_by_role("button", name="Take Marek Kowalski away").click()
    expect(olga.get_by_role("listitem").filter(has_text="Marek")).to_have_count(0)
    # His page was open, and shows nothing any more.
    expect(marek.get_by_role("button", name=re.compile("^Sign in as Olga"))).to_be_visible()

    link = invite(demo, olga, "Agent", "Marek")
    look(olga, "91-invited")
    assert re.fullmatch(re.escape(demo.url) + r"/join#[\w-]{43}", link)
    sign_in_by_link(demo, marek, "marek")
    requests = []
    marek.on("request", lambda request: requests.append(request.url))
    marek.goto(link)
    expect(marek.get_by_role("heading", name="Brandt Lettings invites you")).to_be_visible()
    look(marek, "92-join")
    marek.get_by_role("button", name="Join Brandt Lettings").click()
    expect(marek.get_by_role("link", name=re.compile("Nadia Rahman"))).to_be_visible()
    code = link.split("#")[1]
    assert all(code not in url.split("#")[0] for url in requests), "the code was in an address"
    assert demo.api("GET", "/people").json["items"][-1] | {"since": ""} == {
        "id": "marek", "name": "Marek", "role": "agent", "isYou": False, "since": ""}

    # By now he has messages of his own too, and goes from one landlord to the other.
    marek.get_by_label(re.compile("your account$")).click()
    look(marek, "93-two-landlords")
    marek.get_by_role("button", name="My tenants").click()
    expect(marek.get_by_text("Your number is not connected yet")).to_be_visible()
    expect(marek.get_by_role("link", name=re.compile("Nadia Rahman"))).to_have_count(0)


def test_marek_takes_a_conversation_over_and_both_see_it_live(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga, marek = open_nadia(demo, window), window()
    sign_in_as_marek(demo, marek)
    open_thread(marek)

    filing(marek).get_by_label("Looked after by Nobody. Change").click()
    marek.get_by_role("button", name="Me", exact=True).click()

    expect(olga.get_by_role("log").get_by_text("Marek Kowalski took this over")).to_be_visible()
    expect(filing(olga).get_by_label("Looked after by Marek Kowalski. Change")).to_be_visible()
    expect(marek.get_by_role("log").get_by_text("You took this over")).to_be_visible()
    marek.get_by_label("Message to Nadia").fill("I am on my way.")
    marek.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(olga, "I am on my way.").locator(".by")).to_have_text("Marek Kowalski")
    olga.get_by_role("link", name="Mine").click()
    expect(olga.get_by_text("Nothing of yours is open")).to_be_visible()
    marek.get_by_role("link", name="Mine").click()
    expect(marek.get_by_role("link", name=re.compile("Nadia Rahman"))).to_be_visible()
    marek.go_back()

    marek.get_by_text("Change", exact=True).click()
    marek.get_by_label("A new one").fill("Boiler")
    marek.get_by_role("button", name="Keep", exact=True).click()
    expect(olga.locator(".worn")).to_have_count(0)
    olga.go_back()
    expect(olga.locator(".worn .label")).to_have_text("Boiler")
    look(olga, "94-taken-over")


def test_a_note_is_seen_by_the_team_and_never_by_the_phone(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga, marek = open_nadia(demo, window), window()
    sign_in_as_marek(demo, marek)
    open_thread(marek)
    olga.get_by_label("Message to Nadia").fill("A reply that is not ready")

    olga.locator(".split").get_by_text("Note").click()
    note = olga.get_by_label("Note about Nadia, only your team sees it")
    expect(note).to_be_focused()
    note.fill("Same fault in March. *Harker’s* work is under warranty.")
    look(olga, "95-writing-a-note")
    note.press("Enter")

    for page in (olga, marek):
        card = page.get_by_role("log").locator(".note")
        expect(card).to_contain_text("Same fault in March. Harker’s work is under warranty.")
        expect(card).to_contain_text("note, only your team sees it")
    expect(marek.locator(".note .by")).to_contain_text("Olga Brandt")
    expect(note).to_have_value("")
    # What comes in meanwhile leaves the note's field alone.
    note.fill("Ask the")
    says(demo, "nadia", "Are you there?", ago=-2)
    expect(bubble(olga, "Are you there?")).to_be_visible()
    expect(note).to_be_visible()
    expect(note).to_have_value("Ask the")
    olga.locator(".split").get_by_text("Reply").click()
    expect(olga.get_by_label("Message to Nadia")).to_have_value("A reply that is not ready")
    look(olga, "96-note-in-the-thread")
    olga.set_viewport_size({"width": 360, "height": 740})
    pad, send = olga.locator("form.pad:visible").bounding_box(), olga.get_by_role("button", name="Send", exact=True).bounding_box()
    assert send["x"] + send["width"] <= pad["x"] + pad["width"], "the button is not in its pad on a phone"
    olga.set_viewport_size({"width": 1280, "height": 800})
    olga.reload()
    assert [item.get_attribute("class").split()[0] for item in olga.locator(".log-lines > :is(.msg, .note)").all()] == ["msg", "note", "msg"]
    assert on_phone(demo) == []


def test_whoever_reads_along_finds_no_composer_and_the_reason(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga, pavel = window(), window()
    sign_in(olga, demo.url)
    link = invite(demo, olga, "Reads only", "Pavel")
    sign_in_by_link(demo, pavel, "pavel")
    pavel.goto(link)
    pavel.get_by_role("button", name="Join Brandt Lettings").click()
    expect(pavel.get_by_role("link", name=re.compile("Nadia Rahman"))).to_be_visible()

    pavel.get_by_role("link", name=re.compile("Nadia Rahman")).click()
    expect(pavel.get_by_text("You read along here. An owner can let you write to Nadia.")).to_be_visible()
    expect(pavel.get_by_role("textbox", name=re.compile("Message|Note"))).to_have_count(0)
    expect(pavel.get_by_role("button", name="Done")).to_have_count(0)
    look(pavel, "97-reading-along")
    assert demo.conversation("t-nadia")["unread"] == 1
    # His page follows when an owner lets him write.
    demo.api("PATCH", "/people/pavel", {"role": "agent"})
    expect(pavel.get_by_label("Message to Nadia")).to_be_visible()
    # Back among his own, what is Olga's is not there.
    address = pavel.url
    pavel.get_by_label(re.compile("your account$")).click()
    pavel.get_by_role("button", name="Pavel Novak Homes").click()
    expect(pavel.get_by_role("link", name=re.compile("Nadia Rahman"))).to_have_count(0)
    assert pavel.goto(address).status == 404


def test_what_is_put_off_or_done_comes_back_when_nadia_writes(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga = open_nadia(demo, window)
    row = olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia"))

    filing(olga).get_by_role("button", name="Done").click()
    expect(olga.get_by_role("log").get_by_text("You marked this as done")).to_be_visible()
    expect(row).to_contain_text("Done")
    look(olga, "98-done")
    olga.goto(f"{demo.url}/inbox")
    expect(olga.get_by_text("Everything is done")).to_be_visible()
    says(demo, "nadia", "One more thing.", ago=-2)
    expect(row).to_contain_text("One more thing.")
    row.click()
    expect(filing(olga).get_by_role("button", name="Done")).to_be_visible()

    filing(olga).get_by_label("Put off").click()
    look(olga, "99-put-off-until")
    olga.get_by_role("button", name="Tomorrow, 9:00").click()
    expect(olga.get_by_role("log").get_by_text(re.compile("You put this off until \\w+ 09:00"))).to_be_visible()
    expect(filing(olga).get_by_role("button", name="Open again")).to_be_visible()
    says(demo, "nadia", "And the key?", ago=-4)
    expect(bubble(olga, "And the key?")).to_be_visible()
    expect(filing(olga).get_by_role("button", name="Done")).to_be_visible()

    # A time that comes brings it back by itself.
    soon = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 3))
    conversation = demo.conversation("t-nadia")["id"]
    eventually(lambda: demo.conversation("t-nadia")["unread"] == 0)
    assert demo.api("PUT", f"/conversations/{conversation}/snooze", {"until": soon}).status == 200
    expect(olga.get_by_role("log").get_by_text("The time has come")).to_be_visible()
    expect(filing(olga).get_by_role("button", name="Done")).to_be_visible()


def test_a_slash_brings_a_quick_answer_that_is_filled_in(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga = window()
    sign_in(olga, demo.url)
    olga.goto(f"{demo.url}/quick-answers")
    olga.get_by_label("Title").last.fill("Deposit")
    olga.get_by_label("Text").last.fill("Your deposit of {{amount}} is safe.")
    olga.get_by_role("button", name="Keep it").click()
    expect(olga.get_by_role("alert")).to_contain_text("Nothing is known that would fill {{amount}}.")
    look(olga, "100-quick-answers")
    olga.get_by_label("Text").last.fill("Your deposit for {{unit}} is safe.")
    other = olga.context.new_page()
    other.goto(f"{demo.url}/quick-answers")
    olga.get_by_role("button", name="Keep it").click()
    expect(other.get_by_text("Your deposit for {{unit}} is safe.").first).to_be_visible()
    other.close()
    olga.goto(demo.url)
    open_thread(olga)

    field = olga.get_by_label("Message to Nadia")
    field.press("/")
    find = olga.get_by_role("combobox", name="Quick answers")
    expect(find).to_be_focused()
    find.press_sequentially("ENG")
    expect(olga.get_by_role("option")).to_have_count(1)
    look(olga, "101-slash")
    find.press("Enter")
    expect(field).to_have_value("Hello Nadia, an engineer comes to 12 Elm Road, flat 4B today between 14:00 and 16:00. Will you be in?")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(bubble(olga, "an engineer comes to 12 Elm Road")).to_be_visible()

    # A slash between words is a slash, and one at the start that was meant as such is kept.
    field.press_sequentially("This /or that")
    expect(field).to_have_value("This /or that")
    field.fill("")
    field.press("/")
    find.press("Escape")
    expect(field).to_have_value("/")


def test_a_gap_that_nothing_fills_is_looked_at_before_anything_goes_out(demo, window):
    demo.connect()
    says(demo, "447700900999", "Hello, is the flat still free?")
    eventually(lambda: demo.api("GET", "/conversations").json["items"])
    for script in (True, False):
        olga = window(java_script_enabled=script)
        sign_in(olga, demo.url)
        olga.get_by_role("region", name="Conversations").get_by_role("listitem").get_by_role("link").first.click()
        field = olga.locator("[data-draft]")
        if script:
            expect(olga.locator("form.pad:not([data-attached])")).to_have_count(0)
        olga.get_by_role("link", name="Quick answers").click()
        if script:
            olga.get_by_role("option", name=re.compile("Engineer")).click()
            expect(olga.get_by_text(re.compile("Nothing is known for {{first_name}}"))).to_be_visible()
            look(olga, "102-gap")
            field.press("Enter")
            other = olga.context.new_page()
            other.goto(f"{olga.url}/quick-answers")
            look(other, "103-quick-answers-for-one")
            other.close()
        else:
            olga.get_by_role("link", name="Use it Engineer is coming").click()
            expect(olga.get_by_text(re.compile("There is a gap in the text"))).to_be_visible()
            olga.get_by_role("button", name="Send", exact=True).click()
            expect(olga.get_by_text(re.compile("There is a gap in the text"))).to_be_visible()
        expect(field).to_have_value(re.compile("{{address}}"))
        assert [message["direction"] for message in demo.api(
            "GET", f"/conversations/{demo.api('GET', '/conversations').json['items'][0]['id']}/messages").json["items"]] == ["in"]


def test_without_javascript_one_takes_over_notes_and_marks_as_done(demo, window):
    demo.connect()
    nadia_writes(demo)
    olga = window(java_script_enabled=False)
    sign_in(olga, demo.url)
    olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).click()

    filing(olga).get_by_label("Looked after by Nobody. Change").click()
    olga.get_by_role("button", name="Me", exact=True).click()
    expect(olga.get_by_role("log").get_by_text("You took this over")).to_be_visible()
    olga.locator(".split").get_by_text("Note").click()
    olga.get_by_label("Note about Nadia, only your team sees it").fill("Under warranty.")
    olga.get_by_role("button", name="Add note").click()
    expect(olga.locator(".note")).to_contain_text("Under warranty.")
    filing(olga).get_by_role("button", name="Done").click()
    expect(olga.get_by_role("log").get_by_text("You marked this as done")).to_be_visible()
    filing(olga).get_by_role("button", name="Open again").click()
    expect(olga.get_by_role("log").get_by_text("You opened this again")).to_be_visible()
    assert on_phone(demo) == []
