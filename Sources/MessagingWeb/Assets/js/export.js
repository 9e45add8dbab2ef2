// Asks for a copy of the conversation without leaving the page. The answer is the new line of the list, or the section with the reason why
// not; how it goes on comes by the live stream. Without this the form loads the page anew.
import { csrf, place } from './fragments.js';

export function attach(form) {
  if (form.dataset.attached) return;
  form.dataset.attached = 'yes';
  form.addEventListener('submit', event => { event.preventDefault(); ask(form); });
}

async function ask(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  try {
    const answer = await fetch(form.action, {
      method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual',
      headers: { 'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf() },
    });
    const isHTML = answer.headers.get('Content-Type')?.startsWith('text/html');
    if ((!answer.ok && answer.status !== 422) || !isHTML) return form.submit();
    place(await answer.text());
  } catch {
    form.submit();
  } finally {
    delete form.dataset.busy;
  }
}
