"""Colleagues in a conversation, and being told of messages: in front of the page, behind it, and with the page closed.

Chromium under test has no push service, and a headless one shows nothing. So three of the browser's own functions are stood in for:
`pushManager.subscribe` answers with a subscription at a service of the test's, which opens what it gets; `Notification` and
`showNotification` write down what they would show; and whether a tab is in front is said by the test. What the browser does with a push
itself is tried with the real service worker, to which the debugger hands the push.
"""

import contextlib
import json
import re
import sqlite3
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from installation import Demo, ask, eventually
from pages import bubble, look, sign_in
from push_service import PushService
from test_inbox import says
from test_reading import open_nadia

SHOWN = """
window.shown = JSON.parse(sessionStorage.getItem('shown') ?? '[]');
const note = (title, options) => { shown.push({ title, ...options }); sessionStorage.setItem('shown', JSON.stringify(shown)); };
window.Notification = class extends EventTarget {
  static get permission() { return localStorage.getItem('test:permission') ?? 'default'; }
  static async requestPermission() { localStorage.setItem('test:permission', 'granted'); return 'granted'; }
  constructor(title, options) { super(); note(title, options); window.latest = this; }
  close() {}
};
ServiceWorkerRegistration.prototype.showNotification = async (title, options) => note(title, options);
"""


@pytest.fixture
def push():
    with PushService() as service:
        yield service


@pytest.fixture
def telling(push, tmp_path):
    """A demo that posts to the test's push service."""
    with Demo(tmp_path / "demo", environment={"PUSH_HOSTS": push.origin}) as running:
        yield running


def rows(demo, question):
    with contextlib.closing(sqlite3.connect(demo.folder / "zenrent.sqlite")) as database:
        return database.execute(question).fetchall()


def marek_signs_in(demo, window):
    """Olga's colleague in the demo, let in by a link of the platform's."""
    link = demo.api("POST", "/signInLinks", person="marek").json["url"]
    page = window()
    page.goto(demo.url + urlsplit(link).path)
    page.get_by_role("button").first.click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return page


def put(page, state):
    """Puts the tab in front or behind."""
    page.evaluate("""state => {
        Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }""", state)


def test_a_colleague_who_looks_or_writes_is_seen_in_the_head_and_leaves_it_again(demo, window):
    demo.connect()
    says(demo, "nadia", "Is the heating fixed?")
    eventually(lambda: demo.messages("t-nadia"))
    olga = open_nadia(demo, window)
    head = olga.locator("#thread .presence")
    expect(head).to_have_text("")
    marek = marek_signs_in(demo, window)

    marek.goto(olga.url)
    expect(head).to_have_text("Marek has this open")
    expect(marek.locator("#thread .presence")).to_have_text("Olga has this open")
    marek.get_by_label("Message to Nadia").press_sequentially("I will look at it")
    expect(head).to_have_text("Marek is writing")
    look(olga, "60-colleague-writes")
    marek.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(olga, "I will look at it")).to_be_visible()
    expect(head).to_have_text("Marek has this open")

    # Behind another window he does not see it, and with the tab closed neither.
    put(marek, "hidden")
    expect(head).to_have_text("")
    put(marek, "visible")
    expect(head).to_have_text("Marek has this open")
    marek.close()
    expect(head).to_have_text("")


def test_what_comes_in_where_one_looks_is_not_counted(demo, window):
    demo.connect()
    says(demo, "nadia", "Is the heating fixed?")
    eventually(lambda: demo.messages("t-nadia"))
    olga = open_nadia(demo, window)
    expect(olga.locator(".rows .count")).to_have_count(0)
    expect(olga.locator("#inbox-unread")).to_be_hidden()
    eventually(lambda: rows(demo, "SELECT 1 FROM presence"))
    counts = olga.evaluate_handle("""() => {
        const seen = [];
        new MutationObserver(() => {
            const row = document.querySelector('.rows .count'), nav = document.querySelector('#inbox-unread:not([hidden])');
            if (row || nav) seen.push([row?.textContent, nav?.textContent]);
        }).observe(document.body, { subtree: true, childList: true, attributes: true });
        return seen;
    }""")

    for number in range(5):
        says(demo, "nadia", f"Message {number}")
        expect(bubble(olga, f"Message {number}")).to_be_visible()

    assert counts.json_value() == []
    eventually(lambda: demo.conversation("t-nadia")["unread"] == 0)


def test_behind_another_window_one_is_told_and_the_click_leads_to_the_conversation(demo, window):
    demo.connect()
    olga = window()
    olga.add_init_script(SHOWN)
    sign_in(olga, demo.url)
    account = olga.get_by_label(re.compile("your account$"))
    account.click()
    look(olga, "61-account-menu")
    olga.get_by_role("button", name="Notify me here").click()
    account.click()
    expect(olga.get_by_role("button", name="Notify me here")).to_be_hidden()
    expect(olga.get_by_text("Live", exact=True)).to_be_visible()
    shown = lambda: olga.evaluate("window.shown")

    says(demo, "nadia", "Seen at once")
    expect(olga.get_by_role("region", name="Conversations").get_by_text("Seen at once")).to_be_visible()
    put(olga, "hidden")
    says(demo, "tom", "The key does not turn")
    eventually(shown)

    assert [(one["title"], one["body"]) for one in shown()] == [("Tom Okafor", "The key does not turn")]
    olga.evaluate("window.latest.dispatchEvent(new Event('click'))")
    expect(olga.get_by_role("region", name="Conversation with Tom Okafor")).to_be_visible()

    # Without the words, and not while another tab is in front.
    olga.goto(f"{demo.url}/notifications")
    olga.get_by_label(re.compile("Show what was written")).uncheck()
    other = olga.context.new_page()
    other.goto(f"{demo.url}/inbox")
    put(olga, "hidden")
    says(demo, "nadia", "In front of the other tab")
    expect(other.get_by_role("region", name="Conversations").get_by_text("In front of the other tab")).to_be_visible()
    put(other, "hidden")
    says(demo, "nadia", "My bank account is 4471")
    all_shown = lambda: shown() + other.evaluate("JSON.parse(sessionStorage.getItem('shown') ?? '[]')")
    eventually(lambda: len(all_shown()) > 1)
    assert [one["body"] for one in all_shown()] == ["The key does not turn", "3 new messages"]


def test_with_the_page_closed_the_browser_is_told_in_words_that_only_it_can_read(telling, push, window):
    demo = telling
    demo.connect()
    olga = window()
    olga.add_init_script(SHOWN + f"""
        const subscription = {{ toJSON: () => ({json.dumps(push.subscription)}), unsubscribe: async () => {{ localStorage.removeItem('test:push'); return true; }} }};
        PushManager.prototype.getSubscription = async () => localStorage.getItem('test:push') ? subscription : null;
        PushManager.prototype.subscribe = async options => {{
            localStorage.setItem('test:push', options.applicationServerKey.length + ' ' + options.userVisibleOnly);
            return subscription;
        }};
    """)
    sign_in(olga, demo.url)
    olga.get_by_label(re.compile("your account$")).click()
    olga.get_by_role("link", name="Notifications").click()
    expect(olga.get_by_text("None yet.")).to_be_visible()
    closed = olga.get_by_label(re.compile("While ZenRent is closed"))
    expect(closed).to_be_enabled()
    closed.check()
    expect(olga.locator("#devices").get_by_text("This device")).to_be_visible()
    expect(closed).to_be_checked()
    assert olga.evaluate("localStorage.getItem('test:push')") == "65 true"
    look(olga, "62-notifications")
    olga.reload()
    expect(closed).to_be_checked()
    olga.goto("about:blank")

    says(demo, "nadia", "The boiler shows E119")
    eventually(lambda: push.posted)
    assert push.messages() == [{
        "title": "Nadia Rahman", "body": "The boiler shows E119", "unread": 1, "conversation": demo.conversation("t-nadia")["id"]}]

    # With the conversation before somebody's eyes nobody is told; what is read in time is not told either.
    olga.goto(f"{demo.url}/inbox/{demo.conversation('t-nadia')['id']}")
    expect(bubble(olga, "The boiler shows E119")).to_be_visible()
    says(demo, "nadia", "It is cold")
    expect(bubble(olga, "It is cold")).to_be_visible()
    olga.goto(f"{demo.url}/notifications")
    olga.get_by_label(re.compile("Show what was written")).uncheck()
    expect(olga.get_by_text("Shows only who wrote.")).to_be_visible()
    says(demo, "tom", "My bank account is 4471")
    eventually(lambda: len(push.posted) > 1)
    assert [message["body"] for message in push.messages()] == ["The boiler shows E119", "New message"]

    # Switched off, nothing is left of it.
    olga.get_by_role("button", name="Switch off").click()
    expect(olga.get_by_text("None yet.")).to_be_visible()


def test_the_service_worker_shows_a_push_and_leads_to_the_conversation(demo, window):
    demo.connect()
    says(demo, "nadia", "Hello?")
    eventually(lambda: demo.messages("t-nadia"))
    olga = window(permissions=["notifications"])
    sign_in(olga, demo.url)
    debugger = olga.context.new_cdp_session(olga)
    registrations = []
    debugger.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    debugger.send("ServiceWorker.enable")
    olga.evaluate("navigator.serviceWorker.register('/service-worker.js').then(() => navigator.serviceWorker.ready).then(() => true)")
    eventually(lambda: olga.wait_for_timeout(20) or registrations)
    notes = lambda: olga.evaluate("""async () => (await (await navigator.serviceWorker.ready).getNotifications())
        .map(note => ({ title: note.title, body: note.body, tag: note.tag, path: note.data.path }))""")
    conversation = demo.conversation("t-nadia")["id"]
    tell = lambda data: debugger.send("ServiceWorker.deliverPushMessage", {
        "origin": demo.url, "registrationId": registrations[0]["registrationId"], "data": data})

    tell(json.dumps({"title": "Nadia Rahman", "body": "Hello?", "conversation": conversation, "unread": 1}))
    tell(json.dumps({"title": "Nadia Rahman", "body": "Anybody?", "conversation": conversation, "unread": 2}))
    eventually(lambda: [note["body"] for note in notes()] == ["Anybody?"])
    assert notes() == [{
        "title": "Nadia Rahman", "body": "Anybody?", "tag": f"conversation-{conversation}", "path": f"/inbox/{conversation}"}]

    # Before somebody's eyes it shows nothing; what is no message of ours leads to the inbox and nowhere else.
    tell(json.dumps({"title": "<b>x</b>", "conversation": "../../evil"}))
    eventually(lambda: len(notes()) == 2)
    assert sorted(note["path"] for note in notes()) == sorted([f"/inbox/{conversation}", "/inbox/..%2F..%2Fevil"])
    worker = ask("GET", f"{demo.url}/service-worker.js")
    assert worker.status == 200 and worker.headers["Cache-Control"] == "no-cache"


def test_signing_out_ends_it_on_this_browser(telling, push, window):
    demo = telling
    demo.connect()
    olga = window()
    sign_in(olga, demo.url)
    olga.evaluate("""async subscription => fetch('/notifications/devices', {
        method: 'POST', body: JSON.stringify({ ...subscription, showsWords: true }),
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': document.querySelector('meta[name="csrf"]').content },
    }).then(answer => answer.status)""", push.subscription)
    olga.goto(f"{demo.url}/notifications")
    expect(olga.get_by_text("Since")).to_be_visible()

    olga.get_by_label(re.compile("your account$")).click()
    olga.get_by_role("button", name="Sign out").click()
    expect(olga.get_by_role("button", name=re.compile("^Sign in as Olga"))).to_be_visible()
    assert rows(demo, "SELECT * FROM push_devices") == []
