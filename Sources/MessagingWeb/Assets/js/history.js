// Earlier messages come in above, and later ones beneath a place in history, without leaving the page: when the reader nears the end of what
// is there, or presses the link. The thread is a reversed column, whose end stays where it is, so that nothing moves under the reader's eyes.
import { adopt } from './fragments.js';

const ahead = '800px 0px 800px';

export function attach(line) {
  const link = line.querySelector('a');
  const log = line.closest('.log');
  const fetchMore = () => load(line, link.href);
  link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fetchMore();
  });
  let isNear = false;
  // A thread shorter than its room is not being read backwards, and one that opened at an older place not before somebody moves.
  const isBeingRead = () => line.parentElement.id === line.parentElement.dataset.newest ? log.scrollTop < 0 : log.dataset.moved;
  const check = () => {
    if (!line.isConnected) log.removeEventListener('scroll', check);
    else if (isNear && isBeingRead()) fetchMore();
  };
  log.addEventListener('scroll', check, { passive: true });
  const nearing = new IntersectionObserver(entries => { isNear = entries.at(-1).isIntersecting; check(); }, { root: log, rootMargin: ahead });
  nearing.observe(line);
  if (line.matches('.earlier')) document.addEventListener('click', jump);
}

// What is quoted may have been said before what is on the page.
function jump(event) {
  const quote = event.target.closest?.('a.quote');
  if (!quote || event.defaultPrevented || event.ctrlKey || event.metaKey || document.getElementById(quote.hash.slice(1))) return;
  event.preventDefault();
  const address = new URL(location.href);
  for (const name of ['before', 'after']) address.searchParams.delete(name);
  address.searchParams.set('message', quote.hash.replace('#message-', ''));
  address.hash = quote.hash;
  location.assign(address);
}

/** The page at an address; nothing when there is none to be had now. Whoever is signed out is led to where it says so. */
export async function fetchPage(address) {
  try {
    const answer = await fetch(address, { headers: { 'Accept': 'text/html' } });
    if (answer.redirected) return void location.assign(address);
    if (answer.ok) return new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch { /* No connection: the next time. */ }
  return undefined;
}

async function load(line, address) {
  if (line.dataset.busy) return;
  line.dataset.busy = 'yes';
  const page = await fetchPage(address);
  if (!page) return void delete line.dataset.busy;
  if (line.matches('.onward')) showLater(line, page); else showEarlier(line, page);
}

function showEarlier(line, page) {
  const lines = line.parentElement;
  const earlier = [...page.querySelector('.log-lines')?.children ?? []].filter(element => !element.matches('.onward'));
  // A day that begins further up has its divider there.
  for (const element of earlier) if (element.id) document.getElementById(element.id)?.remove();
  exchange(line, earlier);
  adopt(earlier);
}

function showLater(line, page) {
  const log = line.closest('.log');
  const lines = line.parentElement;
  const fetched = page.querySelector('.log-lines');
  const later = [...fetched?.children ?? []].filter(element => !element.matches('.earlier') && !(element.id && document.getElementById(element.id)));
  // What grows at the end moves the reversed column's reader: put them back.
  const before = log.scrollHeight;
  const place = log.scrollTop;
  exchange(line, later);
  log.scrollTop = place - (log.scrollHeight - before);
  adopt(later);
  // The end has been reached: from here on new messages belong here.
  if (fetched?.id === lines.dataset.newest) log.dispatchEvent(new CustomEvent('caughtup', { detail: page }));
}

function exchange(line, elements) {
  const log = line.closest('.log');
  const hadFocus = line.contains(document.activeElement);
  line.replaceWith(...elements);
  if (hadFocus) log.focus();
}
