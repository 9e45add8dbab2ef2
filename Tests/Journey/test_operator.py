"""What an operator sees at 3 a.m.: the page on the admin address, in a real browser."""

import re

from playwright.sync_api import expect

from installation import Installed, free_port
from pages import look


def test_operators_see_in_a_sentence_how_it_stands_and_what_was_set_aside(tmp_path, window):
    with Installed(tmp_path, "sqlite") as installed:
        installed.process.stop()
        installed.environment["ADMIN_PORT"] = str(free_port())
        installed.start()
        page = window()
        page.goto(f"http://127.0.0.1:{installed.environment['ADMIN_PORT']}/")
        verdict = page.get_by_role("region", name="In short")
        expect(verdict).to_contain_text("Everything flows.")
        look(page, "operator-calm")

        assert installed.deliver(b'{"entry":[{"id":"104","Nadia').status == 200
        page.get_by_role("link", name="Follow every 10 s").click()
        expect(verdict).to_contain_text("1 event is set aside.")
        page.get_by_role("link", name="Stop").click()

        aside = page.get_by_role("region", name="Set aside")
        expect(aside).to_contain_text(re.compile(r"zenrent ledger replay --event [0-9a-f-]{36}\.0"))
        expect(aside).to_contain_text(re.compile(r"zenrent ledger fixture [0-9a-f-]{36}\.0"))
        assert "Nadia" not in page.content()
        look(page, "operator-set-aside")
