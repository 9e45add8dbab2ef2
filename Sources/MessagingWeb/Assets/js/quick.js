// Quick answers over the composer: "/" at the start of a line, or the button, opens a field with a list; typing narrows it, Enter takes one.
// A gap that nothing is known for is selected, and keeps the message from going out until somebody has written it.
import { say } from './send.js';

const gap = /\{\{[^{}]*\}\}/;

export function attach(form) {
  if (form.dataset.quick) return;
  form.dataset.quick = 'yes';
  const field = form.elements.namedItem('text');
  const button = form.querySelector('[data-quick]');
  button.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(form, field, '');
  });
  field.addEventListener('keydown', event => {
    const before = field.value.slice(0, field.selectionStart);
    if (event.key !== '/' || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !/(^|\n)\s*$/.test(before)) return;
    event.preventDefault();
    open(form, field, '/');
  });
  // Before anything else hears of it.
  form.addEventListener('submit', event => {
    const left = gap.exec(field.value);
    if (!left) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tellGap(form, field, left);
  }, { capture: true });
}

async function open(form, field, typed) {
  if (form.querySelector('.quick')) return;
  let html = '';
  try {
    const answer = await fetch(form.dataset.quickFrom, { headers: { 'Accept': 'text/html', 'X-Fragment': '1' }, redirect: 'manual' });
    if (answer.ok) html = await answer.text();
  } catch { /* No connection: it is only a slash then. */ }
  if (!html || form.querySelector('.quick')) return insert(field, typed);
  form.insertAdjacentHTML('afterbegin', html);
  new List(form, field, typed);
}

class List {
  constructor(form, field, typed) {
    Object.assign(this, { form, field, typed });
    this.box = form.querySelector('.quick');
    this.find = this.box.querySelector('.quick-find');
    this.options = [...this.box.querySelectorAll('[role="option"]')];
    this.find.addEventListener('input', () => this.narrow());
    this.find.addEventListener('keydown', event => this.press(event));
    this.box.addEventListener('focusout', event => { if (!this.box.contains(event.relatedTarget)) this.box.remove(); });
    for (const option of this.options) {
      // The field keeps the focus.
      option.addEventListener('mousedown', event => event.preventDefault());
      option.addEventListener('click', () => this.take(option));
    }
    this.narrow();
    this.find.focus();
  }

  get shown() { return this.options.filter(option => !option.hidden); }

  narrow() {
    const wanted = folded(this.find.value);
    for (const option of this.options) option.hidden = !folded(option.textContent).includes(wanted);
    this.choose(this.shown[0]);
  }

  choose(option) {
    this.chosen = option;
    for (const other of this.options) other.setAttribute('aria-selected', String(other === option));
    if (option) this.find.setAttribute('aria-activedescendant', option.id); else this.find.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  }

  press(event) {
    const shown = this.shown;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) this.choose(shown[(shown.indexOf(this.chosen) + step + shown.length) % shown.length]);
    else if (event.key === 'Enter') { if (this.chosen) this.take(this.chosen); }
    else if (event.key === 'Escape') this.close(this.find.value ? '' : this.typed);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(option) {
    this.close(option.dataset.text);
    const left = gap.exec(this.field.value);
    if (left) tellGap(this.form, this.field, left);
  }

  close(words) {
    this.field.focus();
    this.box.remove();
    insert(this.field, words);
  }
}

function insert(field, words) {
  if (!words) return;
  field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function tellGap(form, field, left) {
  say(form, `Nothing is known for ${left[0]}. Write it yourself, then it can go.`);
  field.focus();
  field.setSelectionRange(left.index, left.index + left[0].length);
}

function folded(text) { return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim(); }
