// How many conversations are unread, in the page's title and as a dot on its icon.
export function attach(count) {
  const number = count.hidden ? 0 : Number.parseInt(count.textContent, 10) || 0;
  document.title = (number ? `(${number}) ` : '') + document.title.replace(/^\(\d+\) /, '');
  const icon = document.querySelector('link[rel="icon"]');
  const wanted = icon.href.replace(/icon(-unread)?\.svg$/, number ? 'icon-unread.svg' : 'icon.svg');
  if (icon.href !== wanted) icon.href = wanted;
}
