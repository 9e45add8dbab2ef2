// A thread that is open at a message: the message is in the middle and has the focus, so that the keyboard and a screen reader are there too.
export function attach(log) {
  const named = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const found = named && log.contains(named) ? named : document.getElementById(log.dataset.found);
  if (!found) return;
  found.tabIndex = -1;
  found.scrollIntoView({ block: found.matches('.day') ? 'start' : 'center' });
  found.focus({ preventScroll: true });
}
