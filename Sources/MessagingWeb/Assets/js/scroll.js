// Keeps a thread at its end while the reader is there. Whoever reads history is not moved: a pill counts what is new below.
import { csrf, onArrival } from './fragments.js';

const near = 48;

export function attach(log) {
  const pill = log.parentElement.querySelector('[data-newer]');
  const lines = log.firstElementChild;
  let missed = 0;
  let height = log.scrollHeight;

  // The column is reversed, so its end is 0 and history is negative.
  const isAtEnd = () => log.scrollTop > -near;

  function show(count) {
    missed = count;
    pill.hidden = count === 0;
    if (count) pill.textContent = `${count} new`;
  }

  function toEnd() { log.scrollTop = 0; show(0); read(); }

  function read() {
    // An older part of the thread says nothing of its end, and whoever reads along reads for nobody else.
    if (!log.dataset.readTo || document.visibilityState !== 'visible' || !isAtEnd()) return;
    fetch(log.dataset.readTo, { method: 'POST', headers: { 'X-CSRF-Token': csrf() }, keepalive: true }).catch(() => {});
  }

  // Whether it was the reader, and not the page, that has moved it.
  for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) log.addEventListener(kind, () => { log.dataset.moved = 'yes'; }, { passive: true });
  const resized = new ResizeObserver(() => { height = log.scrollHeight; });
  resized.observe(lines);
  pill.addEventListener('click', () => { toEnd(); log.focus(); });
  log.addEventListener('scroll', () => { if (isAtEnd() && missed) { show(0); read(); } }, { passive: true });
  log.addEventListener('read', read);
  document.addEventListener('visibilitychange', () => { if (missed === 0) read(); });
  onArrival((element, { isNew }) => {
    if (element.parentElement !== lines || !isNew) return;
    const wasAtEnd = log.scrollTop > -near - Math.max(0, log.scrollHeight - height);
    height = log.scrollHeight;
    if (element.matches('.msg.out') || wasAtEnd) toEnd(); else if (element.matches('.msg.in')) show(missed + 1);
  });
}
