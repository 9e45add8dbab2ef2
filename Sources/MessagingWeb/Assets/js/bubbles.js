// What can be done with one message. The keyboard walks from bubble to bubble by the arrows, so that a long thread is one stop for Tab; R
// answers and E reacts. Emoji and what happened open beside the bubble: the same fragments that have pages of their own.
import { isOff } from './keys.js';
import { onArrival } from './fragments.js';
import { answer } from './reply.js';

export function attach(log) {
  const lines = log.firstElementChild;
  for (const message of messages(lines)) leave(message);
  const last = messages(lines).at(-1);
  if (last) stop(last);
  onArrival(element => { if (element.parentElement === lines && element.matches('.msg')) arrived(element, lines); });
  log.addEventListener('focusin', event => { const message = event.target.closest('.msg'); if (message) stop(message); });
  log.addEventListener('keydown', event => walk(event, lines));
  log.addEventListener('click', event => press(event));
  const pop = document.querySelector('[data-pop]');
  for (const end of ['accepted', 'refused']) pop.addEventListener(end, () => { if (pop.matches(':popover-open')) pop.hidePopover(); });
  addEventListener('resize', () => { if (pop.matches(':popover-open')) put(pop); });
  pop.addEventListener('toggle', event => { if (event.newState === 'closed') back(pop); });
}

function messages(lines) { return [...lines.children].filter(child => child.matches('.msg')); }

function arrived(message, lines) {
  if (message.contains(document.activeElement)) return stop(message);
  leave(message);
  const stops = messages(lines).filter(other => other.tabIndex === 0);
  if (!stops.length) stop(messages(lines).at(-1));
}

function links(message) { return message.querySelectorAll('.does a, a.story'); }

function leave(message) {
  message.tabIndex = -1;
  for (const link of links(message)) link.tabIndex = -1;
}

function stop(message) {
  for (const other of message.parentElement.querySelectorAll(':scope > .msg[tabindex="0"]')) if (other !== message) leave(other);
  message.tabIndex = 0;
  for (const link of links(message)) link.tabIndex = 0;
}

function walk(event, lines) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !event.target.matches('.msg')) return;
  const all = messages(lines);
  const here = all.indexOf(event.target);
  const steps = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: all.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, steps[event.key]))].focus();
  } else if (!isOff()) {
    const deed = { r: '[data-reply]', e: '[data-react]' }[event.key.toLowerCase()];
    const link = deed && !event.shiftKey && event.target.querySelector(deed);
    if (!link) return;
    event.preventDefault();
    link.click();
  }
}

function press(event) {
  const link = event.target.closest('[data-reply], [data-react], [data-story]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const message = link.closest('.msg');
  if (link.matches('[data-reply]')) {
    if (answer(message)) event.preventDefault();
    return;
  }
  event.preventDefault();
  open(link, message);
}

async function open(link, message) {
  const pop = document.querySelector('[data-pop]');
  try {
    const answer = await fetch(link.href, { headers: { 'Accept': 'text/html', 'X-Fragment': '1' } });
    if (!answer.ok || answer.redirected) return location.assign(link.href);
    const template = document.createElement('template');
    template.innerHTML = await answer.text();
    pop.replaceChildren(...template.content.children);
  } catch { return location.assign(link.href); }
  pop.dataset.of = message.id;
  for (const element of pop.querySelectorAll('[data-behaviour]')) element.dispatchEvent(new CustomEvent('arrive', { bubbles: true }));
  pop.showPopover();
  put(pop);
  (pop.querySelector('button') ?? pop).focus();
}

// Above the bubble where there is room, beneath it otherwise, and always within the window.
function put(pop) {
  const bubble = document.getElementById(pop.dataset.of)?.querySelector('.bubble');
  if (!bubble) return;
  const [here, size] = [bubble.getBoundingClientRect(), pop.getBoundingClientRect()];
  const above = here.top - size.height - 6;
  const top = above > 8 ? above : Math.min(here.bottom + 6, innerHeight - size.height - 8);
  const start = bubble.closest('.msg').classList.contains('out') ? here.right - size.width : here.left;
  pop.style.top = `${Math.max(8, top)}px`;
  pop.style.left = `${Math.max(8, Math.min(start, innerWidth - size.width - 8))}px`;
}

// The keyboard goes back to where it came from, unless it has gone on already.
function back(pop) {
  const message = document.getElementById(pop.dataset.of ?? '');
  if (message && (document.activeElement === document.body || pop.contains(document.activeElement))) message.focus();
}
