// Lists that change seldom, such as who works here, are fetched anew when the server says that they have changed, unless somebody is busy
// in them.
import { adopt } from './fragments.js';

/** @param {string} kinds of what has changed, with spaces between them */
export async function refresh(kinds) {
  for (const part of document.querySelectorAll('[data-stale]')) {
    if (!kinds.split(' ').includes(part.dataset.stale) || isBusy(part)) continue;
    try {
      const answer = await fetch(part.dataset.staleFrom, { headers: { 'Accept': 'text/html' } });
      if (!answer.ok || answer.redirected) continue;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(part.id);
      if (!fresh || !part.isConnected || isBusy(part)) continue;
      part.replaceWith(fresh);
      adopt([fresh]);
    } catch { /* No connection: the next change, or a reload, brings it. */ }
  }
}

function isBusy(part) { return part.contains(document.activeElement) || part.querySelector('details[open]'); }
