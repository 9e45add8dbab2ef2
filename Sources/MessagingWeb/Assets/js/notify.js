// Tells of new messages while nobody looks at the page. One tab reads the stream, so one tab tells; any tab in front keeps it quiet.
const place = 'notify';
const looking = 'zenrent-looking';
const told = new Set();
let letGo;

/** What this browser was told: whether to notify, and whether to say what was written. */
export function setting() {
  try { return { desktop: false, words: true, ...JSON.parse(localStorage.getItem(place)) }; } catch { return { desktop: false, words: true }; }
}

export function keep(change) {
  try { localStorage.setItem(place, JSON.stringify({ ...setting(), ...change })); } catch { /* as long as the page */ }
}

export function isPossible() { return 'Notification' in window; }

/** Asks the person, once; browsers ask only after a click. */
export async function ask() {
  if (!isPossible()) return false;
  return (Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission) === 'granted';
}

// The button in the account's menu: there until it is answered.
export function attach(button) {
  button.hidden = !isPossible() || Notification.permission === 'denied' || (Notification.permission === 'granted' && setting().desktop);
  button.addEventListener('click', async () => {
    button.closest('details').open = false;
    if (await ask()) keep({ desktop: true });
    button.hidden = Notification.permission !== 'default';
  });
  document.addEventListener('news', event => tell(event.detail));
  document.addEventListener('visibilitychange', guard);
  guard();
}

// A tab in front holds a share of a lock, which goes with it whatever becomes of it.
function guard() {
  if (!navigator.locks) return;
  const isInFront = document.visibilityState === 'visible';
  if (isInFront && !letGo) {
    const gone = new Promise(done => { letGo = done; });
    navigator.locks.request(looking, { mode: 'shared' }, () => gone);
  } else if (!isInFront) {
    letGo?.();
    letGo = undefined;
  }
}

async function isSomebodyLooking() {
  if (document.visibilityState === 'visible') return true;
  const locks = await navigator.locks?.query();
  return Boolean(locks?.held.some(lock => lock.name === looking));
}

async function tell(news) {
  if (!setting().desktop || Notification.permission !== 'granted' || told.has(news.message)) return;
  told.add(news.message);
  if (await isSomebodyLooking()) return;
  const path = `/inbox/${encodeURIComponent(news.conversation)}`;
  const body = setting().words ? news.body : news.unread > 1 ? `${news.unread} new messages` : 'New message';
  // The same name as the one that comes while the page is closed: what is told twice is shown once.
  const options = { body, tag: `conversation-${news.conversation}`, data: { path } };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) return worker.showNotification(news.title, options);
  const note = new Notification(news.title, options);
  note.addEventListener('click', () => { note.close(); window.focus(); location.assign(path); });
}
