// Looks every second what the phone shows now; only a phone that is looked at reads its messages.
const log = document.querySelector('[data-live]');
const sources = new WeakMap();
const toEnd = () => { log.scrollTop = log.scrollHeight; };

// A bubble that has not changed stays: a film in it goes on, its open menu stays open.
function show(html) {
  const next = document.createElement('template');
  next.innerHTML = html;
  const bubbles = [...next.content.children];
  bubbles.forEach((bubble, place) => {
    const old = log.children[place];
    const source = bubble.outerHTML;
    if (old && sources.get(old) === source) return;
    sources.set(bubble, source);
    const hadFocus = old?.contains(document.activeElement);
    if (old) old.replaceWith(bubble); else log.append(bubble);
    if (hadFocus) bubble.querySelector('.about summary')?.focus();
  });
  while (log.children.length > bubbles.length) log.lastElementChild.remove();
}

async function refresh() {
  if (document.visibilityState !== 'visible') return;
  try {
    const answer = await fetch(log.dataset.live, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    const html = await answer.text();
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    show(html);
    if (atEnd) toEnd();
  } catch { /* the simulator is restarting; the next look will tell */ }
}

const post = (form, submitter) =>
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, submitter)) });

async function write(event) {
  event.preventDefault();
  const form = event.target;
  const text = form.elements.text;
  if (!text.value.trim()) return;
  const answer = await post(form);
  if (answer.ok && form.querySelector('[data-answering]')) { location.assign(answer.url); return; }
  if (answer.ok) { text.value = ''; await refresh(); toEnd(); }
  text.focus();
}

// A reaction or a pressed button. To answer a message opens the page anew.
async function act(event) {
  if (event.submitter?.formMethod === 'get') return;
  event.preventDefault();
  const answer = await post(event.target, event.submitter);
  if (answer.ok) await refresh();
}

if (log) {
  for (const bubble of log.children) sources.set(bubble, bubble.outerHTML);
  toEnd();
  setInterval(refresh, 1000);
  log.addEventListener('submit', act);
  document.querySelector('form[data-write]')?.addEventListener('submit', write);
}
