// Puts fragments that the server rendered in their place. An element whose id is on the page is replaced; any other goes into the
// container that its data-into names, at the place that its data-order has among its siblings. Without a container it is dropped:
// it belongs to another page.
const listeners = [];
const passers = [];
// When the stream last told of a message, by its element.
const told = new Map();

/** Calls back with every element that came in, after it is in its place. */
export function onArrival(listener) { listeners.push(listener); }

/** Calls back with every element for which there is no place on this page. */
export function onPassing(listener) { passers.push(listener); }

/**
 * @param {string} html one or more top-level elements with an id each
 * @param {{ isTold?: boolean, asked?: number }} [from] the stream; or the answer to what was asked then (`performance.now()`), which may
 *   be older than what the stream has told of a message since. Whatever was changed by asking, the stream tells too.
 * @returns {Element[]} those that found a place
 */
export function place(html, { isTold = false, asked = Infinity } = {}) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return [...template.content.children].filter(element => {
    const isMessage = element.matches('.msg');
    if (isMessage && !isTold && told.get(element.id) >= asked && document.getElementById(element.id)) return true;
    if (isMessage && isTold) told.set(element.id, performance.now());
    return placeOne(element);
  });
}

/** Elements that the page has put in their place itself, and that are no news to the reader. */
export function adopt(elements) {
  for (const element of elements) for (const listener of listeners) listener(element, { isNew: false });
}

/** Takes an element away, as in "conversation-7". */
export function remove(id) { document.getElementById(id)?.remove(); }

/** The session's token, for forms that came without one and for requests. */
export function csrf() { return document.querySelector('meta[name="csrf"]')?.content ?? ''; }

// What this browser has shown before the server had it.
function waiting(element) { return element.dataset.client ? document.getElementById(`pending-${element.dataset.client}`) : null; }

function placeOne(element) {
  for (const field of element.querySelectorAll('input[name="csrf"]')) field.value = csrf();
  const present = element.id && (document.getElementById(element.id) ?? waiting(element));
  const container = document.getElementById(element.dataset.into ?? '');
  let arrived = [element];
  if (present && (!container || present.dataset.order === element.dataset.order)) {
    arrived = exchange(present, element);
  } else if (container) {
    const hadFocus = present?.contains(document.activeElement);
    present?.remove();
    insert(element, container);
    if (hadFocus) element.querySelector('a')?.focus();
    if (!present) element.classList.add('entering');
  } else {
    for (const passer of passers) passer(element);
    return false;
  }
  keepCurrent(element);
  if (element.dataset.announce) announce(element.dataset.announce);
  for (const one of arrived) for (const listener of listeners) listener(one, { isNew: !present });
  return true;
}

// Gives back the elements that are new on the page. Open details stay open, and the keyboard's place is kept when its element has
// come again.
function exchange(present, element) {
  if (patchTick(present, element)) return [];
  // A form that somebody is filling in stays; whoever closes it says so.
  if (present.querySelector(':scope > [data-form-open]') && !element.querySelector(':scope > [data-form-open]')) return [];
  const around = patchAround(present, element);
  if (around) return around;
  const before = [...present.querySelectorAll('details')];
  element.querySelectorAll('details').forEach((details, index) => {
    // Where another part stands now, something else would open.
    if (before[index]?.className === details.className) details.open = before[index].open;
  });
  const focused = present.contains(document.activeElement) ? document.activeElement : null;
  present.replaceWith(element);
  if (focused?.name) element.querySelector(`[name="${CSS.escape(focused.name)}"]:not([type="hidden"])`)?.focus();
  if (focused?.closest('.msg')) (element.querySelector(same(focused)) ?? element).focus();
  if (focused?.matches('a.row')) element.querySelector('a.row')?.focus();
  return [element];
}

// The part that somebody is typing in is left alone, with its caret and its half-composed letters: only what stands around it changes.
function patchAround(present, element) {
  const busy = [...present.children].findIndex(child => child.contains(document.activeElement));
  const kept = present.children[busy]?.dataset.steady;
  if (!kept || element.children[busy]?.dataset.steady !== kept || present.children.length !== element.children.length) return null;
  // Of two fields side by side the other one has words in it too.
  const pairs = [...present.children].map((child, index) => [child, element.children[index]])
    .filter(([before, after]) => !before.dataset.steady || before.dataset.steady !== after.dataset.steady);
  for (const [before, after] of pairs) before.replaceWith(after);
  return pairs.map(([, after]) => after);
}

// A tick that changes is not a new message: only the time and the tick are exchanged, so that nothing is read out again.
function patchTick(present, element) {
  if (!present.matches('.msg') || !withoutTick(present).isEqualNode(withoutTick(element))) return false;
  present.className = element.className;
  for (const part of ['.meta', '.does', '.fate']) {
    const [before, after] = [present.querySelector(part), element.querySelector(part)];
    const focused = before?.contains(document.activeElement) ? document.activeElement : null;
    if (before && after) before.replaceWith(after); else if (after) present.append(after); else before?.remove();
    for (const link of after?.querySelectorAll('a') ?? []) link.tabIndex = present.tabIndex;
    if (focused) (present.querySelector(same(focused)) ?? present).focus();
  }
  return true;
}

// How to find in a new bubble what had the keyboard in the old one; nothing for the bubble itself.
function same(element) {
  const name = ['data-reply', 'data-react', 'data-story'].find(name => element.hasAttribute(name));
  return name ? `[${name}]` : ':scope > nothing';
}

function withoutTick(message) {
  const copy = message.cloneNode(true);
  for (const part of copy.querySelectorAll('.meta, .does, .fate')) part.remove();
  copy.className = '';
  copy.removeAttribute('tabindex');
  copy.normalize();
  return copy;
}

function insert(element, container) {
  const descending = container.dataset.direction === 'descending';
  const isBefore = sibling => descending
    ? sibling.dataset.order > element.dataset.order
    : sibling.dataset.order <= element.dataset.order;
  const before = [...container.children].filter(sibling => sibling.dataset.order && isBefore(sibling)).at(-1);
  if (before) return before.after(element);
  const first = [...container.children].find(sibling => sibling.dataset.order);
  container.insertBefore(element, first ?? null);
}

// A row from the live stream does not know which conversation this page has open, nor which part of the list it shows.
function keepCurrent(element) {
  const { current, part } = element.parentElement?.dataset ?? {};
  if (part) element.querySelector('a.row').search = part;
  if (current && element.id === `conversation-${current}`) element.querySelector('a')?.setAttribute('aria-current', 'true');
}

/** Says something to screen readers, politely. */
export function announce(words) {
  const room = document.getElementById('announcer');
  if (room && room.textContent !== words) room.textContent = words;
}
