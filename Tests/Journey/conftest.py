"""What every journey needs: a running demo, a browser, and the choice of tests by a regular expression."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from installation import Demo

SCREENSHOTS = Path(__file__).parents[2] / ".build" / "journey"

# Whole machines under load, measured in seconds: they run one by one, with nothing beside them.
ORDEALS = ["test_crash.py", "test_endpoint.py", "test_postgres_restart.py", "test_processes.py", "test_trouble.py"]

# A busy machine is slow, not wrong.
expect.set_options(timeout=30_000)


def pytest_addoption(parser):
    parser.addoption("--only", default="", help="run only tests whose name matches this regular expression")
    parser.addoption("--ordeals", choices=["without", "only"], help="leave out the tests that need the machine for themselves, or run just them")


def pytest_collection_modifyitems(config, items):
    wanted, ordeals = re.compile(config.getoption("--only"), re.IGNORECASE), config.getoption("--ordeals")
    chosen = [item for item in items if wanted.search(item.nodeid) and (not ordeals or (item.path.name in ORDEALS) == (ordeals == "only"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture
def demo(tmp_path):
    """A demo of its own, on free ports."""
    with Demo(tmp_path / "demo") as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    # A microphone that hears a beep each second. Chromium's own sandbox cannot be used by root.
    arguments = ["--use-fake-device-for-media-stream"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium, request):
    """Opens browser windows that share nothing; a failed test leaves a picture of each."""
    contexts = []

    def open_window(**options):
        options.setdefault("viewport", {"width": 1280, "height": 800})
        options.setdefault("reduced_motion", "reduce")
        context = chromium.new_context(locale="en-GB", **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for number, context in enumerate(contexts):
        if getattr(request.node, "has_failed", False):
            for place, page in enumerate(context.pages):
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=SCREENSHOTS / f"failed-{request.node.name}-{number}-{place}.png")
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.has_failed = report.failed
    return report
