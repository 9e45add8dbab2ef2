// Earlier messages come in above, without leaving the page: when the reader nears the oldest one, or presses the link. The thread is a
// reversed column, whose end stays where it is, so that nothing moves under the reader's eyes.
import { adopt } from './fragments.js';

const ahead = '800px 0px 0px';

export function attach(line) {
  const link = line.querySelector('a');
  const log = line.closest('.log');
  const fetchEarlier = () => load(line, link.href);
  link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fetchEarlier();
  });
  const nearing = new IntersectionObserver(entries => {
    // A thread shorter than its room is not being read backwards.
    if (entries.some(entry => entry.isIntersecting) && log.scrollTop < 0) fetchEarlier();
  }, { root: log, rootMargin: ahead });
  nearing.observe(line);
}

async function load(line, address) {
  if (line.dataset.busy) return;
  line.dataset.busy = 'yes';
  try {
    const answer = await fetch(address, { headers: { 'Accept': 'text/html' } });
    // Signed out: the page of its own says so.
    if (answer.redirected) return location.assign(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    show(line, new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    // No connection, or a server in trouble: the link stays, for the next time.
    delete line.dataset.busy;
  }
}

function show(line, page) {
  const lines = line.parentElement;
  const earlier = [...page.getElementById(lines.id)?.children ?? []];
  // A day that begins further up has its divider there.
  for (const element of earlier) if (element.id) document.getElementById(element.id)?.remove();
  const hadFocus = line.contains(document.activeElement);
  line.replaceWith(...earlier);
  if (hadFocus) lines.closest('.log').focus();
  adopt(earlier);
}
