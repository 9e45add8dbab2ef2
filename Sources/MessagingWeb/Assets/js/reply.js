// Which message an answer quotes: shown above the words, kept with the draft on this device, and taken away by a press.
const key = conversation => `reply:${conversation}`;

export function attach(box) {
  const composer = box.closest('.composer');
  // What the page came with is the newest wish.
  if (box.hidden) show(box, load(composer.dataset.conversation)); else keep(composer.dataset.conversation, shown(box));
  box.querySelector('[data-drop]').addEventListener('click', event => {
    event.preventDefault();
    drop(box);
    composer.querySelector('[data-draft]').focus();
  });
  composer.addEventListener('accepted', () => drop(box));
}

/** The message that the form answers, if any: `{ id, name, words }`. */
export function quoteIn(form) {
  const box = form.querySelector('.answering');
  return box && !box.hidden ? shown(box) : undefined;
}

/** Begins to answer a message. Answers false where nothing can be written. */
export function answer(message) {
  const box = document.querySelector('.composer .answering');
  if (!box) return false;
  restoreQuote(box.closest('.composer').dataset.conversation, quoteOf(message));
  box.closest('.composer').querySelector('[data-draft]').focus();
  return true;
}

/** Puts back what was to be answered, as after a refusal. */
export function restoreQuote(conversation, quote) {
  if (!quote) return;
  keep(conversation, quote);
  const box = document.querySelector(`#composer-${CSS.escape(conversation)} .answering`);
  if (box) show(box, quote);
}

function quoteOf(message) {
  const name = message.classList.contains('out') ? 'You' : message.querySelector('.hear').textContent.replace(/:$/, '');
  const said = message.querySelector('.words, .gone, .file-name .cut, .spot .cut, .heading');
  const picture = message.querySelector('.picture img, .film, .sound audio');
  const words = (said?.textContent || picture?.alt || picture?.ariaLabel || '').trim().replace(/\s+/g, ' ');
  return { id: message.id.replace('message-', ''), name, words: words.slice(0, 200) };
}

function show(box, quote) {
  box.hidden = !quote;
  box.querySelector('[name="replyTo"]').value = quote?.id ?? '';
  box.querySelector('[data-quoted-name]').textContent = quote?.name ?? '';
  box.querySelector('[data-quoted-words]').textContent = quote?.words ?? '';
}

function shown(box) {
  return {
    id: box.querySelector('[name="replyTo"]').value, name: box.querySelector('[data-quoted-name]').textContent,
    words: box.querySelector('[data-quoted-words]').textContent,
  };
}

function drop(box) {
  show(box, undefined);
  keep(box.closest('.composer').dataset.conversation, undefined);
  // Loading the page again must not bring it back.
  const here = new URL(location.href);
  if (here.searchParams.has('reply')) { here.searchParams.delete('reply'); history.replaceState(history.state, '', here); }
}

// Storage may be forbidden or full; then it lives as long as the page.
function load(conversation) {
  try { return JSON.parse(localStorage.getItem(key(conversation))) ?? undefined; } catch { return undefined; }
}

function keep(conversation, quote) {
  try {
    if (quote) localStorage.setItem(key(conversation), JSON.stringify(quote)); else localStorage.removeItem(key(conversation));
  } catch { /* see above */ }
}
