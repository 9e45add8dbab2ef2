// Reply or note: which of the two one writes is kept when the composer is made anew, and so is a note that is not added yet.
const noting = new Set();
const key = conversation => `note:${conversation}`;

export function attach(split) {
  const composer = split.closest('.composer');
  const conversation = composer.dataset.conversation;
  const choice = split.querySelector('[value="note"]');
  const field = composer.querySelector('[data-note]');
  if (choice.checked) noting.add(conversation);
  if (noting.has(conversation)) choice.checked = true;
  if (!field.value) field.value = load(conversation);
  split.addEventListener('change', () => {
    if (choice.checked) noting.add(conversation); else noting.delete(conversation);
    visible(composer)?.focus();
  });
  if (field.dataset.attached) return;
  field.dataset.attached = 'yes';
  field.addEventListener('input', () => save(conversation, field.value));
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    if (field.value.trim()) field.form.requestSubmit();
  });
  field.form.addEventListener('accepted', event => {
    // The reply's draft beside it stays.
    event.stopPropagation();
    field.value = '';
    save(conversation, '');
  });
}

function visible(composer) { return [...composer.querySelectorAll('textarea')].find(field => field.offsetParent); }

// Storage may be forbidden or full; then the note lives as long as the page.
function load(conversation) {
  try { return localStorage.getItem(key(conversation)) ?? ''; } catch { return ''; }
}

function save(conversation, words) {
  try {
    if (words) localStorage.setItem(key(conversation), words); else localStorage.removeItem(key(conversation));
  } catch { /* see above */ }
}
