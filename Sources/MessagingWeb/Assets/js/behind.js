// A thread that is open at an older place. What comes in live does not stand there, as if it followed what is shown: a link leads to the newest
// messages and tells how many are new. When the reader has come to the end, or writes something, the thread goes on as any other.
import { adopt, onPassing, place } from './fragments.js';
import { fetchPage } from './history.js';

const isSettled = element => document.querySelector(`[data-client="${CSS.escape(element.id.replace('pending-', ''))}"]`);

export function attach(log) {
  const lines = log.firstElementChild;
  const link = log.parentElement.querySelector('[data-to-end]');
  const words = link.querySelector('span');
  const passed = [];
  let count = 0;

  onPassing(element => {
    if (lines.id === lines.dataset.newest || element.dataset.into !== lines.dataset.newest) return;
    passed.push(element);
    if (element.matches('.msg.in')) words.textContent = `${++count} new`;
    // Somebody has written here: they want to see it.
    if (element.id.startsWith('pending-')) toEnd();
  });
  log.addEventListener('caughtup', ({ detail }) => goOn(detail));
  link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toEnd();
  });

  async function toEnd() {
    const page = await fetchPage(link.href);
    const newest = [...page?.querySelector('.log-lines')?.children ?? []];
    if (!newest.length) return location.assign(link.href);
    lines.replaceChildren(...newest);
    goOn(page);
    adopt(newest);
    log.scrollTop = 0;
    log.focus();
  }

  function goOn(page) {
    lines.id = lines.dataset.newest;
    log.dataset.readTo = page.querySelector('.log').dataset.readTo ?? '';
    link.remove();
    // What came while the page was fetched may be missing from it; what somebody wrote may be settled by now.
    const [waiting, come] = [element => element.id.startsWith('pending-'), element => !element.id.startsWith('pending-')].map(is => passed.filter(is));
    for (const element of come) place(element.outerHTML);
    for (const element of waiting) if (!isSettled(element)) place(element.outerHTML);
    passed.length = 0;
    history.replaceState(history.state, '', link.href);
    log.dispatchEvent(new CustomEvent('read'));
  }
}
