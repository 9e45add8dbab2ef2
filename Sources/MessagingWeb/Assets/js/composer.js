// Keeps a draft per conversation until the server has taken it, also across reloads, other pages, and the composer being replaced
// because the window opened or closed. Enter sends, Shift+Enter begins a new line.
import { csrf, place } from './fragments.js';

const key = conversation => `draft:${conversation}`;

export function attach(composer) {
  const conversation = composer.dataset.conversation;
  const field = composer.querySelector('[data-draft]');
  if (field) write(field, conversation, composer); else showKept(composer, conversation);
}

function write(field, conversation, composer) {
  if (!field.value) field.value = load(conversation);
  field.addEventListener('input', () => save(conversation, field.value));
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || hasTouchKeyboard()) return;
    event.preventDefault();
    // What lies in the tray needs no words.
    if (field.value.trim() || !field.required) field.form.requestSubmit();
  });
  composer.addEventListener('accepted', () => { field.value = ''; save(conversation, ''); field.focus(); });
}

// A keyboard on the glass has no Shift+Enter, so there Enter begins a new line and the button sends.
function hasTouchKeyboard() { return matchMedia('(pointer: coarse)').matches; }

function showKept(composer, conversation) {
  const kept = composer.querySelector('[data-kept]');
  const words = load(conversation).trim();
  if (!kept || !words) return;
  kept.querySelector('[data-kept-words]').textContent = words;
  kept.querySelector('[data-kept-text]').value = words;
  kept.hidden = false;
  composer.addEventListener('accepted', event => { if (event.target.matches('[data-later]')) save(conversation, ''); });
  // Which template says it best, the server knows.
  if (!composer.dataset.matched && composer.querySelector('.pick')) turn(composer);
}

/** Puts in the composer's place what may be sent now, with the template first that says the draft best. */
export async function turn(composer) {
  const text = load(composer.dataset.conversation);
  try {
    const answer = await fetch(composer.dataset.turnTo, {
      method: 'POST', body: new URLSearchParams({ text }), headers: { 'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf() },
      redirect: 'manual',
    });
    if (!answer.ok) return;
    // Whoever was typing finds the words kept; the field goes.
    if (composer.contains(document.activeElement)) document.activeElement.blur();
    place(await answer.text());
  } catch { /* No connection: what is refused later is told then. */ }
}

// Storage may be forbidden or full; then the draft lives as long as the page.
function load(conversation) {
  try { return localStorage.getItem(key(conversation)) ?? ''; } catch { return ''; }
}

/** Words that are not sent yet. */
export function keepDraft(conversation, words) { save(conversation, words); }

function save(conversation, words) {
  try {
    if (words) localStorage.setItem(key(conversation), words); else localStorage.removeItem(key(conversation));
  } catch { /* see above */ }
}
