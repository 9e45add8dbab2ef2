// Tells the server which conversation somebody has before their eyes, and that they are writing; shows which colleagues are there too.
import { csrf } from './fragments.js';

const beat = 20_000;
const betweenWords = 3000;
const stillWriting = 5000;
// What this page calls itself, until it is left.
const tab = [...crypto.getRandomValues(new Uint8Array(12))].map(byte => byte.toString(16).padStart(2, '0')).join('');

export function attach(thread) {
  let state = 'closed';
  let wroteAt = 0;

  function report(next) {
    state = next;
    // What gets lost is said again, or runs out by itself.
    fetch(thread.dataset.presenceTo, {
      method: 'POST', body: new URLSearchParams({ tab, state }), headers: { 'X-CSRF-Token': csrf() }, keepalive: true,
    }).catch(() => {});
  }

  function look() {
    if (document.visibilityState !== 'visible') return leave();
    report(Date.now() - wroteAt < stillWriting ? 'typing' : 'open');
  }

  function leave() { if (state !== 'closed') report('closed'); }

  function rest() { wroteAt = 0; if (state === 'typing') report('open'); }

  thread.addEventListener('input', event => {
    if (!event.target.matches('[data-draft]')) return;
    if (!event.target.value.trim()) return rest();
    if (Date.now() - wroteAt < betweenWords) return;
    wroteAt = Date.now();
    report('typing');
  });
  thread.addEventListener('accepted', rest);
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', event => { if (event.persisted) look(); });
  setInterval(() => { if (document.visibilityState === 'visible') look(); }, beat);
  look();
}

/** Shows who is where now; whoever is not told of has left. */
export function show(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const line of document.querySelectorAll('.presence')) {
    const news = template.content.getElementById(line.id);
    const words = news?.textContent ?? '';
    // The line itself stays, so that screen readers hear what changes in it.
    if (line.textContent !== words) line.textContent = words;
    line.toggleAttribute('data-writing', Boolean(news?.hasAttribute('data-writing')));
  }
}
