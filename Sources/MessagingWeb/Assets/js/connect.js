// Opens Meta's sign-up window and hands its answer to the server. The code lives 30 seconds and works once, so it is sent at once;
// the IDs in the window's message may come before or after it and are waited for only briefly.
import { csrf } from './fragments.js';
import { listen } from './signup-events.js';
import { loadSDK } from './sdk.js';

const waitForIDs = 2000;

export function attach(page) {
  document.addEventListener('submit', event => {
    const form = event.target.closest('[data-sign-up]');
    if (!form) return;
    event.preventDefault();
    current.start(form);
  });
  const current = new SignUp(page);
  const form = page.querySelector('[data-sign-up]');
  if (form) current.prepare(form);
}

class SignUp {
  constructor(page) { this.page = page; }

  // Loaded before the button is pressed: a window may only be opened within the press itself.
  prepare(form) {
    this.loading ??= loadSDK(form.dataset).catch(() => { this.loading = null; this.say('sdk'); });
    if (!this.listening) {
      this.listening = true;
      listen(form.dataset.origins.split(' '), outcome => this.hear(outcome));
    }
  }

  start(form) {
    if (!window.FB?.login) { this.prepare(form); this.loading?.then(() => window.FB && this.open(form)); return; }
    this.open(form);
  }

  open(form) {
    this.form = form;
    this.outcome = null;
    this.code = null;
    this.sent = false;
    this.say('waiting');
    const opened = watchWindow();
    // The SDK refuses an async function here.
    const answered = response => { this.answer(response, opened.wasBlocked()); };
    FB.login(answered, {
      config_id: form.dataset.configId, response_type: 'code', override_default_response_type: true,
      extras: JSON.parse(form.dataset.extras),
    });
    opened.stop();
  }

  // What the window told by message: see signup-events.js.
  hear(outcome) {
    this.outcome = outcome;
    if (outcome.kind === 'finished') { if (this.code) this.send(); return; }
    this.say(outcome.kind, outcome);
  }

  // What the SDK calls back with once the window has closed.
  answer(response, wasBlocked) {
    this.code = response?.authResponse?.code ?? null;
    if (this.code) {
      if (this.outcome?.kind === 'finished') this.send(); else setTimeout(() => this.send(), waitForIDs);
    } else if (wasBlocked) {
      this.say('blocked');
    } else if (!this.outcome || this.outcome.kind === 'finished') {
      this.say('closed');
    }
  }

  async send() {
    if (this.sent || !this.code) return;
    this.sent = true;
    const ids = this.outcome?.kind === 'finished' ? this.outcome.ids : {};
    try {
      const answer = await fetch(this.form.dataset.onboard, {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf() },
        body: JSON.stringify({ code: this.code, ...ids }),
      });
      if (answer.ok) return location.reload();
      const reason = await answer.json().then(body => body.error?.message, () => '');
      this.say('refused', { detail: reason || `The server answered ${answer.status}.` });
    } catch {
      this.say('offline');
    }
  }

  // All words are on the page as templates; a step without words of its own gets the general ones.
  say(kind, { step = '', detail = '' } = {}) {
    const candidates = [...this.page.querySelectorAll(`template[data-kind="${kind}"]`)];
    const template = candidates.find(one => one.dataset.step === step) ?? candidates.find(one => one.dataset.step === '');
    const room = this.page.querySelector('[data-notice-room]');
    if (!template || !room) return;
    const notice = template.content.cloneNode(true);
    const place = notice.querySelector('[data-detail]');
    if (place) place.textContent = detail;
    room.replaceChildren(notice);
  }
}

// A blocked window shows only in what window.open returns, and the SDK keeps that to itself.
function watchWindow() {
  const original = window.open;
  let blocked = false;
  window.open = (...args) => {
    const opened = original.apply(window, args);
    blocked = !opened || opened.closed;
    return opened;
  };
  return { wasBlocked: () => blocked, stop: () => { window.open = original; } };
}
