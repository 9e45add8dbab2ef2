"""Pages as people find their way on them, and what every page must stand."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import SCREENSHOTS

SIZES = {"wide": (1280, 800), "phone": (360, 740)}


def look(page, name):
    """Keeps pictures of a page, wide and narrow, light and dark, and finds no accessibility violation in any."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # The picture waits until the new colours are painted.
            page.evaluate("new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")
            page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{scheme}.png", animations="disabled")
            assert_accessible(page, f"{name}, {size}, {scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways at {width} px"
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def assert_accessible(page, where):
    violations = Axe().run(page).response["violations"]
    findings = [
        f"{rule['id']}: {rule['help']} at {node['target']}: {node['failureSummary']}" for rule in violations for node in rule["nodes"]
    ]
    assert not findings, f"{where}:\n" + "\n".join(findings)


def sign_in(page, url):
    """The demo's one click."""
    page.goto(url)
    page.get_by_role("button", name=re.compile("^Sign in as Olga")).click()
    expect(page).to_have_title(re.compile("ZenRent"))
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def press_connect(page):
    """Opens Meta's sign-up window from the page about the landlord's number."""
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect WhatsApp").click()
    return opened.value


def walk_to_the_end(popup):
    """Presses Continue on every step of the sign-up window, and Finish on the last."""
    finish = popup.get_by_role("button", name="Finish")
    go_on = popup.get_by_role("button", name="Continue")
    while True:
        expect(finish.or_(go_on)).to_be_visible()
        if finish.is_visible():
            break
        heading = popup.get_by_role("heading", level=1).inner_text()
        go_on.click()
        expect(popup.get_by_role("heading", level=1)).not_to_have_text(heading)
    with popup.expect_event("close"):
        finish.click()


def open_conversation(page, name):
    """From the list of tenants to the conversation with one of them."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Tenants").click()
    page.get_by_role("link", name=f"Write to {name}").click()
    expect(page.get_by_role("region", name=f"Conversation with {name}")).to_be_visible()


def bubble(page, words):
    """The newest message that says this."""
    return page.get_by_role("log").get_by_role("article").filter(has_text=words).last


def fill_template(page):
    """Fills what the product could not know and sends the chosen template."""
    form = page.locator("form.fill:visible")
    for slot in form.get_by_role("textbox").all():
        if not slot.input_value():
            slot.fill("12 Elm Road")
    form.get_by_role("button", name="Send template").click()
