// One stream of events for all tabs of this browser. The tab that holds the lock reads the stream and tells the others; when it
// closes, the lock and the stream pass to another tab, which goes on from the last event it has heard of.
import { place, remove } from './fragments.js';
import { show as showPresence } from './presence.js';
import { refresh } from './stale.js';

const words = { live: 'Live', connecting: 'Connecting', off: 'Not live' };
const kept = 500;

export function attach(element) {
  const stream = new Stream(element);
  if (navigator.locks && window.BroadcastChannel) stream.share(); else stream.read();
}

class Stream {
  constructor(element) {
    this.element = element;
    this.url = new URL(element.dataset.liveUrl, location.href);
    // Tabs of another landlord, left over from before this browser went over, are told nothing.
    this.name = `zenrent-live-${this.url.searchParams.get('landlord') ?? ''}`;
    this.last = Number(this.url.searchParams.get('after') ?? 0);
    this.recent = [];
    this.show('connecting');
  }

  share() {
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.hear(data);
    // A tab that has just opened may have missed what was told while it loaded.
    this.channel.postMessage({ kind: 'hello', last: this.last });
    navigator.locks.request(this.name, () => { this.read(); return new Promise(() => {}); });
  }

  hear(data) {
    if (data.kind === 'hello' && this.source) {
      this.channel.postMessage({ kind: 'state', state: this.state });
      for (const event of this.recent.filter(event => event.id > data.last)) this.channel.postMessage(event);
    }
    if (data.kind === 'state') this.show(data.state);
    if (data.kind === 'presence') showPresence(data.data);
    if (['fragment', 'remove', 'stale'].includes(data.kind)) this.take(data);
    if (data.kind === 'reset') location.reload();
  }

  read() {
    this.url.searchParams.set('after', String(this.last));
    this.source = new EventSource(this.url);
    this.source.onopen = () => { this.pause = undefined; this.tell({ kind: 'state', state: 'live' }); };
    this.source.onerror = () => this.broken();
    for (const kind of ['fragment', 'remove', 'stale']) {
      this.source.addEventListener(kind, event => this.tell({ kind, id: Number(event.lastEventId) || 0, data: event.data }));
    }
    this.source.addEventListener('presence', event => this.tell({ kind: 'presence', data: event.data }));
    // One tab tells for all.
    this.source.addEventListener('news', event => document.dispatchEvent(new CustomEvent('news', { detail: JSON.parse(event.data) })));
    this.source.addEventListener('reset', () => { this.source.close(); this.tell({ kind: 'reset' }); });
  }

  // The browser tries again by itself, except after an answer that is no stream (signed out, server restarting).
  broken() {
    this.tell({ kind: 'state', state: 'connecting' });
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.retry);
    this.pause = Math.min(30_000, (this.pause ?? 1500) * 2);
    this.retry = setTimeout(() => this.read(), this.pause);
  }

  tell(data) {
    this.channel?.postMessage(data);
    if (data.id) this.recent = [...this.recent, data].slice(-kept);
    this.hear(data);
  }

  // One change may come as several events with the same number, so only older ones are known already.
  take({ kind, id, data }) {
    if (id && id < this.last) return;
    this.last = Math.max(this.last, id);
    if (kind === 'fragment') place(data, { isTold: true }); else if (kind === 'stale') refresh(data); else remove(data);
  }

  show(state) {
    this.state = state;
    this.element.dataset.state = state;
    this.element.querySelector('.dot').classList.remove('off');
    const label = this.element.querySelector('[data-words]');
    if (label.textContent !== words[state]) label.textContent = words[state];
  }
}
