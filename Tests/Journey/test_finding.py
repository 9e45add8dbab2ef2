"""Finding things: by words, by day, by property, and a conversation's pictures and files."""

import re
import time

from playwright.sync_api import expect

from files import film, paper, photo, sends, voice
from installation import eventually
from pages import bubble, look, sign_in
from test_inbox import NUMBER, says

DAY = 86_400


def history(demo, count=160):
    """Nadia's messages of four days, one of them about the boiler, an answer, and a word of Tom's."""
    for number in range(count):
        words = "Good morning, the Böiler shows E119 again and there is no hot water." if number == 40 else f"Reading number {number}."
        says(demo, "nadia", words, ago=4 * DAY - number * 4 * DAY // count)
    says(demo, "tom", "My boiler is fine, thank you.", ago=2 * DAY)
    eventually(lambda: demo.conversation("t-nadia")["unread"] == count)
    eventually(lambda: len(demo.api("GET", "/search?q=boiler").json["items"]) == 2)


def log(page):
    return page.get_by_role("log")


def search(page, words):
    field = page.get_by_role("searchbox")
    field.fill(words)
    field.press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value(words)


def press(page, way):
    """Presses the way to more messages where it stands, without going there; answers nothing when there is none."""
    return page.evaluate("""way => { const link = [...document.querySelectorAll('.log a')].find(link => link.textContent === way);
                             link?.click(); return link ? true : null; }""", way)


def test_a_message_is_found_and_opens_in_its_place_and_reading_goes_on_to_both_sides(demo, window):
    demo.connect()
    history(demo)
    olga = window()
    sign_in(olga, demo.url)

    search(olga, "boil")
    found = olga.locator(".rows.found").get_by_role("link")
    expect(found).to_have_count(2)
    expect(found.filter(has_text="Nadia").locator("mark")).to_have_text("Böiler")
    found.filter(has_text="Nadia").click()
    message = bubble(olga, "shows E119 again")
    expect(message).to_be_focused()
    expect(message).to_be_in_viewport()
    expect(found.filter(has_text="Nadia")).to_have_attribute("aria-current", "true")
    articles = log(olga).get_by_role("article")
    expect(articles).to_have_count(51)
    assert demo.conversation("t-nadia")["unread"] == 160, "an older place says nothing of what is new"
    look(olga, "70-found-message")

    # Down to the end, without a jump, then live as ever.
    anchor = bubble(olga, "Reading number 62.")
    anchor.evaluate("element => element.scrollIntoView({block: 'center'})")
    before = anchor.bounding_box()["y"]
    press(olga, "Later messages")
    expect(bubble(olga, "Reading number 100.")).to_be_attached()
    assert abs(anchor.bounding_box()["y"] - before) <= 1, "what is being read moved"
    for way in ("Later messages", "Earlier messages"):
        eventually(lambda: press(olga, way) is None, what=f"no more {way}")
    expect(articles).to_have_count(160)
    assert abs(anchor.bounding_box()["y"] - before) <= 1, "what is being read moved"
    texts = articles.all_inner_texts()
    assert [number for number, text in enumerate(texts) if number != 40 and f"Reading number {number}." not in text] == []
    days = log(olga).locator(".day").all_inner_texts()
    assert len(days) == len(set(days)), "each day has one divider"
    says(demo, "nadia", "Are you there?")
    expect(bubble(olga, "Are you there?")).to_be_attached()


def test_what_comes_in_does_not_stand_behind_an_older_message_and_the_pill_leads_to_it(demo, window):
    demo.connect()
    history(demo)
    olga = window()
    sign_in(olga, demo.url)
    search(olga, "boiler e119")
    olga.locator(".rows.found").get_by_role("link").click()
    expect(bubble(olga, "shows E119 again")).to_be_focused()

    says(demo, "nadia", "Is anybody there?")
    pill = olga.get_by_role("link", name="1 new")
    expect(pill).to_be_visible()
    expect(log(olga).get_by_text("Is anybody there?")).to_have_count(0)
    look(olga, "71-new-below-history")
    pill.click()
    expect(bubble(olga, "Is anybody there?")).to_be_in_viewport()
    expect(pill).to_have_count(0)
    eventually(lambda: demo.conversation("t-nadia")["unread"] == 0)

    # Whoever writes at an older place is brought to the end.
    olga.locator(".rows.found").get_by_role("link").click()
    expect(bubble(olga, "shows E119 again")).to_be_focused()
    field = olga.get_by_role("textbox", name="Message to Nadia")
    expect(olga.locator("form.pad:not([data-attached])")).to_have_count(0)
    field.fill("He comes at five.")
    field.press("Enter")
    expect(bubble(olga, "He comes at five.").locator(".tick.delivered")).to_be_visible()
    expect(bubble(olga, "He comes at five.")).to_be_in_viewport()
    expect(log(olga).get_by_text("He comes at five.")).to_have_count(1)


def test_a_day_is_jumped_to_with_and_without_scripts(demo, window):
    demo.connect()
    history(demo)
    for scripts in (True, False):
        olga = window(java_script_enabled=scripts)
        sign_in(olga, demo.url)
        olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).first.click()
        olga.get_by_label("Find in this conversation").click()
        if scripts:
            look(olga, "72-find-in-conversation")
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 2 * DAY))
        olga.get_by_label("Go to a day").fill(day)
        olga.get_by_role("button", name="Go").click()
        expect(olga.locator(f"#day-{day}")).to_be_in_viewport()


def test_nothing_found_says_so_and_hostile_words_are_words(demo, window):
    demo.connect()
    says(demo, "nadia", "The boiler <img src=x onerror=document.title='owned'> \u202egnp.exe")
    eventually(lambda: len(demo.api("GET", "/search?q=boiler").json["items"]) == 1)
    olga = window()
    sign_in(olga, demo.url)
    search(olga, "boiler")
    expect(olga.locator(".snippet")).to_contain_text("<img src=x onerror")
    for words in ('" OR "', "fridge*", "<script>", "%", "😀" * 200, "\u202e"):
        search(olga, words)
        expect(olga.get_by_role("heading", name=re.compile("Nothing found"))).to_be_visible()
    search(olga, "fridge")
    look(olga, "73-nothing-found")
    search(olga, "rahman")
    expect(olga.get_by_text("No message holds these words.")).to_be_visible()
    assert "owned" not in olga.title()


def test_a_property_is_chosen_and_stays_chosen_beside_a_thread(demo, window):
    demo.connect()
    says(demo, "ines", "Is there a spare key for the cellar?")
    says(demo, "nadia", "Is the heating fixed?")
    eventually(lambda: len(demo.api("GET", "/conversations").json["items"]) == 2)
    home = demo.conversation("t-nadia")["contact"]["property"]
    assert home != demo.conversation("t-ines")["contact"]["property"]
    olga = window()
    sign_in(olga, demo.url)
    olga.get_by_label("Choose a property").click()
    look(olga, "74-properties")
    olga.get_by_role("link", name=home, exact=True).click()
    rows = olga.get_by_role("region", name="Conversations").get_by_role("listitem")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link").click()
    expect(olga.get_by_role("region", name="Conversation with Nadia Rahman")).to_be_visible()
    expect(rows).to_have_count(1)
    look(olga, "75-one-property")
    says(demo, "nadia", "And the boiler?", ago=-2)
    expect(rows.first).to_contain_text("And the boiler?")
    assert "property=" in rows.first.get_by_role("link").get_attribute("href")
    olga.get_by_role("link", name="Show all properties").click()
    expect(rows).to_have_count(2)


def test_pictures_and_files_of_a_conversation_are_together_and_lead_to_where_they_were_said(demo, window):
    demo.connect()
    says(demo, "nadia", "I send you some things.", ago=60)
    sends(demo, "nadia", "image", photo(), caption="The kitchen", mime_type="image/jpeg")
    sends(demo, "nadia", "video", film(), mime_type="video/mp4")
    sends(demo, "nadia", "audio", voice(), voice=True)
    sends(demo, "nadia", "document", paper(), filename="\u202eLease 2026.pdf", mime_type="application/pdf")
    sends(demo, "nadia", "image", photo(pattern="smptebars"), mime_type="image/jpeg")
    eventually(lambda: len(demo.messages("t-nadia")) == 6)
    olga = window()
    sign_in(olga, demo.url)
    olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).first.click()
    olga.get_by_label("Find in this conversation").click()
    olga.get_by_role("link", name="Pictures and files").click()
    expect(olga.get_by_role("heading", name="Pictures and files")).to_be_visible()
    kept = olga.locator(".gallery-item")
    expect(kept).to_have_count(5)

    def is_fetched():
        olga.reload()
        return olga.locator(".gallery-item .coming").count() == 0
    eventually(is_fetched, what="every file")
    pictures = olga.get_by_role("img", name="Photo")
    expect(pictures).to_have_count(2)
    eventually(lambda: pictures.first.evaluate("image => image.complete && image.naturalWidth") > 0, what="the small picture")
    look(olga, "76-gallery")
    pictures.first.click()
    expect(olga.get_by_role("dialog", name="Picture")).to_be_visible()
    olga.keyboard.press("ArrowRight")
    olga.keyboard.press("Escape")
    kept.filter(has=olga.get_by_role("img", name="Photo")).last.get_by_role("link", name=re.compile("show in the conversation")).click()
    expect(bubble(olga, "The kitchen")).to_be_focused()


def test_a_quote_leads_to_what_was_said_long_before(demo, window):
    demo.connect()
    history(demo)
    first = demo.api("GET", "/search?q=boiler%20e119").json["items"][0]["message"]
    says(demo, "nadia", "I am at home now.")
    eventually(lambda: demo.conversation("t-nadia")["windowExpiresAt"])
    demo.api("POST", "/sendMessage", {"tenantId": "t-nadia", "type": "text", "text": {"body": "About this one."},
                                      "context": {"message_id": first["wamid"]}})
    olga = window()
    sign_in(olga, demo.url)
    olga.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile("Nadia")).first.click()
    expect(olga.locator("form.pad:not([data-attached])")).to_have_count(0)
    bubble(olga, "About this one.").locator("a.quote").click()
    message = log(olga).locator(f"#message-{first['id']}")
    expect(message).to_be_focused()
    expect(message).to_be_in_viewport()
