// Sends a form without leaving the page. The answer is HTML fragments: the new message, or the composer with the reason of a refusal.
import { csrf, place } from './fragments.js';

export function attach(form) {
  if (form.dataset.attached) return;
  form.dataset.attached = 'yes';
  form.addEventListener('submit', event => { event.preventDefault(); send(form, event.submitter); });
}

async function send(form, submitter) {
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  const asked = performance.now();
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    const answer = await fetch(form.action, {
      method: 'POST', body, headers: { 'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf() }, redirect: 'manual',
    });
    if (answer.type === 'opaqueredirect' || answer.redirected) return location.reload();
    await take(answer, form, asked);
  } catch {
    // The same clientMessageId stays in the form, so pressing Send again cannot send twice.
    say(form, 'No connection. Your words are kept: press Send again when the line is back.');
  } finally {
    delete form.dataset.busy;
  }
}

async function take(answer, form, asked) {
  const isHTML = answer.headers.get('Content-Type')?.startsWith('text/html');
  const html = isHTML ? await answer.text() : '';
  if (answer.ok) {
    renew(form);
    form.dispatchEvent(new CustomEvent('accepted', { bubbles: true }));
    say(form, '');
    place(html, { asked });
    return;
  }
  form.dispatchEvent(new CustomEvent('refused', { bubbles: true }));
  if (answer.status === 401 || answer.status === 403) {
    say(form, 'You are signed out. Your words are kept: open this page again to sign in.');
  } else if (!html.trimStart().startsWith('<section') || place(html).length === 0) {
    say(form, 'The server could not take it. Your words are kept: press Send again in a moment.');
  }
}

function renew(form) {
  const field = form.elements.namedItem('clientMessageId');
  if (field) field.value = freshID();
}

// randomUUID exists on https and localhost only.
export function freshID() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

export function say(form, words) {
  const room = form.closest('.composer')?.querySelector('[data-notice]') ?? document.querySelector('.composer [data-notice]');
  if (!room) return;
  room.replaceChildren();
  if (!words) return;
  const note = document.createElement('p');
  note.className = 'banner card';
  note.textContent = words;
  room.append(note);
}
