// What was written stands in the thread at once and goes out in the order in which it was written. Without a connection it waits in this
// browser, also across reloads, and goes by itself when the line is back: always under the same clientMessageId, so that it is sent once.
import { keepDraft } from './composer.js';
import { csrf, place } from './fragments.js';
import { quoteIn, restoreQuote } from './reply.js';
import { freshID, say } from './send.js';
import { picture } from './thumbnail.js';

const pause = 5000;
const outboxes = new Map();

/** What waits to be sent in the form's conversation. */
export function outboxOf(form) {
  const conversation = form.closest('.composer').dataset.conversation;
  if (!outboxes.has(conversation)) outboxes.set(conversation, new Outbox(conversation, form.action, form.dataset.filesTo));
  return outboxes.get(conversation);
}

export function attach(form) {
  const outbox = outboxOf(form);
  outbox.bubble = form.querySelector('template[data-pending]');
  if (form.dataset.attached) return;
  form.dataset.attached = 'yes';
  form.addEventListener('submit', event => {
    event.preventDefault();
    const text = form.elements.namedItem('text').value.trim();
    if (!text) return;
    const reply = quoteIn(form);
    form.dispatchEvent(new CustomEvent('accepted', { bubbles: true }));
    say(form, '');
    outbox.add(text, reply);
  });
  outbox.restore();
}

class Outbox {
  constructor(conversation, address, filesAddress) {
    this.conversation = conversation;
    this.address = address;
    this.filesAddress = filesAddress;
    this.waiting = load(conversation);
    addEventListener('online', () => this.run());
    // Words wait across a reload; a file lives as long as the page.
    addEventListener('beforeunload', event => { if (this.waiting.some(one => one.file)) event.preventDefault(); });
  }

  restore() {
    for (const one of this.waiting) {
      // The page may know already what its answer did not live to tell.
      if (document.querySelector(`[data-client="${CSS.escape(one.id)}"]`)) this.forget(one); else this.show(one);
    }
    this.run();
  }

  /** Words, and the message that they answer, if any. */
  add(text, reply) {
    const one = { id: freshID(), text, at: Date.now(), reply };
    this.waiting.push(one);
    keep(this.conversation, one);
    this.show(one);
    this.run();
  }

  /** A file with what stands beneath it. */
  addFile(file, text, { isVoice = false, reply } = {}) {
    const one = { id: freshID(), text, at: Date.now(), file, isVoice, reply };
    this.waiting.push(one);
    this.show(one);
    this.run();
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    clearTimeout(this.retry);
    let isTaken = true;
    while (isTaken && this.waiting.length) isTaken = await this.send(this.waiting[0]);
    this.isRunning = false;
    if (!isTaken) this.retry = setTimeout(() => this.run(), pause);
  }

  // Answers whether it is settled, this way or another.
  async send(one) {
    const asked = performance.now();
    const answer = await (one.file ? this.postFile(one) : this.post(one));
    if (!answer) return this.waits(one);
    const html = answer.html;
    if (answer.ok) this.settle(one, html, asked);
    else if (answer.isRedirect || answer.status === 401 || answer.status === 403) return this.signedOut(one);
    else if (isBusy(answer.status)) return this.waits(one);
    else this.refused(one, html);
    return true;
  }

  // Nothing without a connection.
  async post(one) {
    try {
      const answer = await fetch(this.address, {
        method: 'POST', redirect: 'manual',
        body: new URLSearchParams({ clientMessageId: one.id, text: one.text, replyTo: one.reply?.id ?? '' }),
        headers: { 'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf() },
      });
      const html = answer.headers.get('Content-Type')?.startsWith('text/html') ? await answer.text() : '';
      return { ok: answer.ok, status: answer.status, isRedirect: answer.type === 'opaqueredirect', html };
    } catch {
      return undefined;
    }
  }

  // Only this kind of request tells how much of a file is on its way.
  postFile(one) {
    const asked = { clientMessageId: one.id, caption: one.text, voice: one.isVoice ? 'yes' : '', replyTo: one.reply?.id ?? '' };
    const question = Object.entries(asked).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    const request = new XMLHttpRequest();
    request.open('POST', `${this.filesAddress}?${question}`);
    for (const [name, value] of Object.entries({
      'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf(), 'X-File-Name': encodeURIComponent(one.file.name),
      'Content-Type': 'application/octet-stream',
    })) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', event => {
      const bar = this.element(one)?.querySelector('progress');
      if (bar) bar.value = event.loaded / (event.total || 1);
    });
    return new Promise(done => {
      request.addEventListener('load', () => {
        const isHTML = request.getResponseHeader('Content-Type')?.startsWith('text/html');
        // It follows to the sign-in page by itself.
        const isRedirect = !request.responseURL.includes(this.filesAddress);
        const ok = request.status >= 200 && request.status < 300 && !isRedirect;
        done({ ok, status: request.status, isRedirect, html: isHTML ? request.responseText : '' });
      });
      for (const end of ['error', 'abort', 'timeout']) request.addEventListener(end, () => done(undefined));
      request.send(one.file);
    });
  }

  settle(one, html, asked) {
    this.forget(one);
    // The bubble takes the place of the one that waits.
    place(html, { asked });
    this.element(one)?.remove();
  }

  // The reason stands in the composer, and the words are back where they were written.
  refused(one, html) {
    const field = () => document.querySelector(`#composer-${CSS.escape(this.conversation)} [data-draft]`);
    const words = [one.text, field()?.value].filter(Boolean).join('\n\n');
    this.forget(one);
    this.element(one)?.remove();
    if (html.trimStart().startsWith('<section')) place(html);
    else say(document.querySelector('.composer form'), one.file ? `The server did not take “${one.file.name}”.` : 'The server did not take it. Your words are back in the field.');
    if (field()) field().value = words;
    restoreQuote(this.conversation, one.reply);
    keepDraft(this.conversation, words);
  }

  waits(one) {
    const note = this.bubble?.content.querySelector('[data-offline]');
    const element = this.element(one);
    if (note && element && !element.querySelector('[data-offline]')) element.append(note.cloneNode(true));
    return false;
  }

  signedOut(one) {
    say(document.querySelector('.composer form'), 'You are signed out. What you wrote is kept: open this page again to sign in.');
    return this.waits(one);
  }

  element(one) { return document.getElementById(`pending-${one.id}`); }

  show(one) {
    if (!this.bubble || this.element(one)) return;
    const bubble = this.bubble.content.querySelector('.msg').cloneNode(true);
    bubble.id = `pending-${one.id}`;
    bubble.dataset.order = `9999 ${one.at}`;
    bubble.querySelector('.said').textContent = one.text;
    if (one.file) this.showFile(one, bubble);
    if (one.reply) this.showQuote(one, bubble);
    const time = bubble.querySelector('time');
    time.dateTime = new Date(one.at).toISOString();
    time.textContent = new Date(one.at).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    place(bubble.outerHTML);
    const sheet = this.element(one)?.querySelector('.sheet');
    if (one.file && sheet) picture(one.file, sheet);
  }

  // As the server will write it, so that nothing moves when it does.
  showQuote({ reply }, bubble) {
    const quote = this.bubble.content.querySelector('[data-quote]').cloneNode(true);
    quote.href = `#message-${reply.id}`;
    [quote.firstChild.textContent, quote.lastChild.textContent] = [reply.name, reply.words];
    bubble.querySelector('.bubble').prepend(quote);
  }

  showFile(one, bubble) {
    const file = this.bubble.content.querySelector('[data-file]').cloneNode(true);
    file.querySelector('[data-name]').textContent = one.file.name;
    bubble.querySelector('.bubble').prepend(file);
  }

  forget(one) {
    this.waiting = this.waiting.filter(other => other.id !== one.id);
    try { localStorage.removeItem(key(this.conversation) + one.id); } catch { /* it was never there */ }
  }
}

// A server in trouble, or one that asks for patience; anything else it has decided.
function isBusy(status) { return status >= 500 || status === 408 || status === 429; }

// A place for each, so that two tabs do not overwrite what the other has waiting. Storage may be forbidden or full; then it waits for as
// long as the page lives.
function keep(conversation, one) {
  try { localStorage.setItem(key(conversation) + one.id, JSON.stringify(one)); } catch { /* see above */ }
}

function key(conversation) { return `waiting:${conversation}:`; }

function load(conversation) {
  try {
    const kept = Object.keys(localStorage).filter(name => name.startsWith(key(conversation)));
    return kept.map(name => JSON.parse(localStorage.getItem(name))).sort((one, other) => one.at - other.at);
  } catch { return []; }
}
