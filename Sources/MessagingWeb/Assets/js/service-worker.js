// Runs while no page is open: shows what the browser's push service brought, and leads to the conversation. Keeps nothing, fetches nothing.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('push', event => event.waitUntil(show(event.data)));
self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? '/inbox'));
});

async function show(data) {
  const news = read(data);
  const path = news.conversation ? `/inbox/${encodeURIComponent(news.conversation)}` : '/inbox';
  const windows = await pages();
  // Whoever has it before their eyes needs no notification.
  if (windows.some(page => page.visibilityState === 'visible' && new URL(page.url).pathname === path)) return;
  await self.registration.showNotification(news.title ?? 'ZenRent', {
    body: news.body ?? 'New message', tag: `conversation-${news.conversation ?? ''}`, data: { path },
  });
}

function read(data) {
  try { return data?.json() ?? {}; } catch { return {}; }
}

async function open(path) {
  const windows = await pages();
  const there = windows.find(page => new URL(page.url).pathname === path);
  if (there) return there.focus();
  const any = windows[0];
  if (!any) return self.clients.openWindow(path);
  await any.focus();
  // A page that this worker does not serve yet cannot be led elsewhere.
  return any.navigate(path).catch(() => self.clients.openWindow(path));
}

function pages() { return self.clients.matchAll({ type: 'window', includeUncontrolled: true }); }
