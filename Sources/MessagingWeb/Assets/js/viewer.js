// Pictures of a thread, large and one after the other. Without a script a picture's link opens it by itself.
const pictures = 'a[data-picture]';

export function attach(dialog) {
  const image = dialog.querySelector('img');
  const original = dialog.querySelector('[data-original]');
  let shown;

  const neighbour = by => {
    const all = [...document.querySelectorAll(pictures)];
    return all[all.indexOf(shown) + by];
  };
  const show = link => {
    if (!link) return;
    shown = link;
    const small = link.querySelector('img');
    image.src = link.href;
    image.alt = small.alt;
    original.href = link.href;
    dialog.querySelector('[data-before]').disabled = !neighbour(-1);
    dialog.querySelector('[data-after]').disabled = !neighbour(1);
  };

  document.addEventListener('click', event => {
    const link = event.target.closest?.(pictures);
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
    dialog.showModal();
  });
  dialog.querySelector('[data-before]').addEventListener('click', () => show(neighbour(-1)));
  dialog.querySelector('[data-after]').addEventListener('click', () => show(neighbour(1)));
  dialog.addEventListener('keydown', event => {
    // The thread runs down, in every language; so do the pictures.
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    show(neighbour(by));
  });
  // A press beside the picture puts it away.
  dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => { image.removeAttribute('src'); shown?.focus(); });
}
