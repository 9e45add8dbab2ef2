// A form for a place, a card or a question comes in the pad's place, without leaving the page. The draft stays kept meanwhile.
import { place } from './fragments.js';

export function attach(menu) {
  menu.addEventListener('click', event => {
    const link = event.target.closest('[data-kind-link]');
    if (link) follow(event, link);
  });
}

/** Fetches the composer that a link leads to, and puts it in the old one's place. */
export async function follow(event, link) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: { 'Accept': 'text/html', 'X-Fragment': '1' } });
    if (!answer.ok || answer.redirected) return location.assign(link.href);
    // A form that has the keyboard would be left as it is.
    document.activeElement?.blur();
    place(await answer.text());
    document.querySelector('.composer form.kind :is(input:not([type="hidden"]), textarea)')?.focus();
  } catch { location.assign(link.href); }
}
