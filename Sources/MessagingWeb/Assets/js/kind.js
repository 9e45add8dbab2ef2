// The form of a kind of message: what is filled in shows as the bubble it will be.
import { turn } from './composer.js';
import { csrf, place } from './fragments.js';
import { follow } from './kinds.js';

const pause = 250;

export function attach(form) {
  let timer;
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(() => preview(form), pause); });
  form.addEventListener('click', event => {
    const link = event.target.closest('[data-kind-link]');
    if (link) follow(event, link);
  });
  form.querySelector('[data-kind-close]').addEventListener('click', event => { event.preventDefault(); close(form); });
  form.addEventListener('keydown', event => { if (event.key === 'Escape') { event.preventDefault(); close(form); } });
  form.addEventListener('accepted', () => form.removeAttribute('data-form-open'));
  takePosition(form);
}

async function preview(form) {
  const body = new URLSearchParams(new FormData(form));
  body.set('preview', 'yes');
  try {
    const answer = await fetch(form.action, {
      method: 'POST', body, headers: { 'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf() }, redirect: 'manual',
    });
    if (answer.ok && form.isConnected) place(await answer.text());
  } catch { /* No connection: sending will say so. */ }
}

async function close(form) {
  form.removeAttribute('data-form-open');
  const composer = form.closest('.composer');
  await turn(composer);
  document.querySelector(`#${CSS.escape(composer.id)} [data-draft]`)?.focus();
}

// The browser asks the person; nothing is told to anybody before Send.
function takePosition(form) {
  const button = form.querySelector('[data-position]');
  if (!button || !navigator.geolocation) return;
  const field = form.querySelector('[data-position-field]');
  button.hidden = false;
  button.addEventListener('click', () => navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      field.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    },
    () => { button.textContent = 'Your browser does not tell'; button.disabled = true; },
    { enableHighAccuracy: true, timeout: 20_000 }));
}
