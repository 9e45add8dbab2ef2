// Keys for whoever needs no mouse, listed with "?". None is heard while somebody types, or together with Control, Alt or Command, and
// they can be switched off, for those who speak to their machine.
const setting = 'keys:off';

const deeds = {
  '/': () => focus('.find input'),
  j: () => step(1),
  k: () => step(-1),
  w: () => focus('.composer textarea, .composer .fill .slot'),
  t: () => document.querySelector('.split input[value="note"]')?.click(),
  m: () => focus('.log'),
  n: () => document.querySelector('.list .head a.tool')?.click(),
};

export function attach(dialog) {
  const opener = document.querySelector('[data-opens="keys"]');
  const isOn = dialog.querySelector('[data-keys-on]');
  isOn.checked = !isOff();
  isOn.addEventListener('change', () => keep(!isOn.checked));
  opener.hidden = false;
  opener.addEventListener('click', () => { opener.closest('details').open = false; dialog.showModal(); });
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || dialog.open) return;
    if (event.key === 'Escape') return back(event);
    if (isOff() || event.target.closest('input, textarea, select')) return;
    const deed = event.key === '?' ? () => dialog.showModal() : deeds[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}

// From the composer to the messages, from there to the list: one step at a time.
function back(event) {
  if (event.target.closest('.composer')) focus('.log');
  else if (event.target.closest('.thread, .panel')) focus('.rows a[aria-current]') || focus('.rows a');
  else if (event.target.closest('.find')) focus('.rows a');
}

function step(by) {
  const rows = [...document.querySelectorAll('.rows a')];
  const here = rows.findIndex(row => row === document.activeElement);
  const from = here >= 0 ? here : rows.findIndex(row => row.hasAttribute('aria-current'));
  rows[Math.max(0, Math.min(rows.length - 1, from + by))]?.focus();
}

// Answers whether there is such a thing.
function focus(what) {
  const element = [...document.querySelectorAll(what)].find(element => element.offsetParent);
  element?.focus();
  return Boolean(element);
}

/** Whether single keys were switched off. */
export function isOff() {
  try { return localStorage.getItem(setting) === 'yes'; } catch { return false; }
}

function keep(off) {
  try { if (off) localStorage.setItem(setting, 'yes'); else localStorage.removeItem(setting); } catch { /* as long as the page */ }
}
