"""Meta's sign-up window ends in many ways; the page has words and a way on for each."""

import pytest
from playwright.sync_api import expect

from pages import look, press_connect, sign_in, walk_to_the_end


@pytest.fixture
def olga(demo, window):
    page = window()
    sign_in(page, demo.url)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Your number").click()
    expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_visible()
    return page


def assert_can_try_again(page):
    walk_to_the_end(press_connect(page))
    expect(page.get_by_role("heading", name="Your number is connected")).to_be_visible()


def test_a_cancelled_sign_up_names_its_step_and_can_be_repeated(olga):
    popup = press_connect(olga)
    for _ in range(2):
        heading = popup.get_by_role("heading", level=1).inner_text()
        popup.get_by_role("button", name="Continue").click()
        expect(popup.get_by_role("heading", level=1)).not_to_have_text(heading)
    popup.get_by_role("button", name="Cancel").click()

    expect(olga.get_by_text("You stopped at the phone number")).to_be_visible()
    look(olga, "20-cancelled")
    assert_can_try_again(olga)


def test_a_failed_sign_up_shows_the_number_of_the_error_and_can_be_repeated(olga):
    popup = press_connect(olga)
    popup.get_by_text("Try what goes wrong").click()
    popup.get_by_role("button", name="Make this step fail").click()

    expect(olga.get_by_text("Meta stopped the sign-up")).to_be_visible()
    expect(olga.get_by_text("524126")).to_be_visible()
    look(olga, "21-error")
    assert_can_try_again(olga)


def test_a_reported_problem_shows_the_number_of_the_error(olga):
    popup = press_connect(olga)
    popup.get_by_text("Try what goes wrong").click()
    popup.get_by_role("button", name="Report a problem").click()

    expect(olga.get_by_text("524126")).to_be_visible()


def test_a_closed_window_is_noticed_and_can_be_opened_again(olga):
    press_connect(olga).close()

    expect(olga.get_by_text("window was closed before it could tell us anything")).to_be_visible()
    look(olga, "22-closed")
    assert_can_try_again(olga)


def test_a_blocked_window_is_explained_and_can_be_opened_again(olga):
    olga.evaluate("() => { window.allowed = window.open; window.open = () => null }")
    olga.get_by_role("button", name="Connect WhatsApp").click()

    expect(olga.get_by_text("Your browser kept Meta’s window closed")).to_be_visible()
    look(olga, "23-blocked")
    olga.evaluate("() => { window.open = window.allowed }")
    assert_can_try_again(olga)


@pytest.mark.parametrize("order", ["codeFirst", "codeOnly"])
def test_a_sign_up_succeeds_in_whatever_order_its_answers_come(olga, order):
    popup = press_connect(olga)
    walk_with(popup, order)

    expect(olga.get_by_role("heading", name="Your number is connected")).to_be_visible()


def walk_with(popup, order):
    while not popup.get_by_role("button", name="Finish").is_visible():
        heading = popup.get_by_role("heading", level=1).inner_text()
        popup.get_by_role("button", name="Continue").click()
        expect(popup.get_by_role("heading", level=1)).not_to_have_text(heading)
    popup.get_by_text("Try what goes wrong").click()
    popup.get_by_role("combobox", name="What the page is told").select_option(order)
    popup.get_by_role("button", name="Finish").click()
