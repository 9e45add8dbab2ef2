// Looks every second what the phone shows now; only a phone that is looked at reads its messages.
const log = document.querySelector('[data-live]');
const toEnd = () => { log.scrollTop = log.scrollHeight; };

async function refresh() {
  if (document.visibilityState !== 'visible') return;
  try {
    const answer = await fetch(log.dataset.live, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    const html = await answer.text();
    if (html === log.dataset.shown) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.innerHTML = html;
    log.dataset.shown = html;
    if (atEnd) toEnd();
  } catch { /* the simulator is restarting; the next look will tell */ }
}

async function write(event) {
  event.preventDefault();
  const form = event.target;
  const text = form.elements.text;
  if (!text.value.trim()) return;
  const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
  if (answer.ok) { text.value = ''; await refresh(); toEnd(); }
  text.focus();
}

if (log) {
  toEnd();
  setInterval(refresh, 1000);
  document.querySelector('form[data-write]')?.addEventListener('submit', write);
}
