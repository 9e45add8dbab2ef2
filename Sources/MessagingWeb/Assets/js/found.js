// A thread that is open at a message: the message is in the middle and has the focus, so that the keyboard and a screen reader are there too.
export function attach(log) {
  const named = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const found = named && log.contains(named) ? named : document.getElementById(log.dataset.found);
  if (!found) return;
  const show = () => found.scrollIntoView({ block: found.matches('.day') ? 'start' : 'center' });
  found.tabIndex = -1;
  show();
  found.focus({ preventScroll: true });
  // A phone that is turned, or whose keyboard opens, still shows it, until the reader moves on.
  new ResizeObserver(() => { if (!log.dataset.moved && found.isConnected) show(); }).observe(log);
}
