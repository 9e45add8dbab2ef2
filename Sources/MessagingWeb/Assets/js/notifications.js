// The switches of the page "Notifications". They stand for this browser; what it is told while ZenRent is closed, the server keeps.
import { csrf, place } from './fragments.js';
import { ask, isPossible, keep, setting } from './notify.js';

export function attach(room) { new Switches(room).start(); }

class Switches {
  constructor(room) {
    this.room = room;
    this.desktop = room.querySelector('[data-desktop]');
    this.push = room.querySelector('[data-push]');
    this.words = room.querySelector('[data-words]');
  }

  async start() {
    if (!isPossible()) return this.say('This browser shows no notifications.');
    if (Notification.permission === 'denied') this.say('This browser blocks notifications of this page. Allow them in its settings for this address, then open this page again.');
    this.desktop.checked = setting().desktop && Notification.permission === 'granted';
    this.words.checked = setting().words;
    this.desktop.disabled = this.words.disabled = Notification.permission === 'denied';
    this.desktop.addEventListener('change', () => this.changeDesktop());
    this.words.addEventListener('change', () => this.changeWords());
    if (!this.room.dataset.pushKey || !navigator.serviceWorker || !window.PushManager) return;
    this.push.checked = Boolean(here() && await this.subscription());
    this.push.disabled = Notification.permission === 'denied';
    this.push.addEventListener('change', () => this.changePush());
  }

  async changeDesktop() {
    const wanted = this.desktop.checked;
    this.desktop.checked = wanted && await this.mayNotify();
    keep({ desktop: this.desktop.checked });
  }

  async changeWords() {
    keep({ words: this.words.checked });
    if (here()) await this.post(here().dataset.wordsTo, new URLSearchParams({ words: this.words.checked ? 'yes' : 'no' }));
  }

  async changePush() {
    this.push.disabled = true;
    const wanted = this.push.checked;
    try {
      this.push.checked = wanted ? await this.subscribe() : !await this.unsubscribe();
    } catch {
      this.push.checked = !wanted;
      this.say('The browser’s own service did not answer. Check the connection and switch it on again.');
    }
    this.push.disabled = false;
  }

  async subscribe() {
    if (!await this.mayNotify()) return false;
    await navigator.serviceWorker.register(this.room.dataset.worker);
    const worker = await navigator.serviceWorker.ready;
    // One that was made for another key is of no use.
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    const key = bytes(this.room.dataset.pushKey);
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    return this.post(this.room.dataset.devicesTo, JSON.stringify({ endpoint, keys, showsWords: this.words.checked }), 'application/json');
  }

  async unsubscribe() {
    await (await this.subscription())?.unsubscribe();
    return here() ? this.post(here().dataset.removeTo, new URLSearchParams()) : true;
  }

  async subscription() {
    return (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
  }

  async mayNotify() {
    const may = await ask();
    if (!may) this.say('The browser was not allowed to notify you. Allow it in its settings for this address.');
    return may;
  }

  // Answers whether the server took it; the list below is its answer.
  async post(address, body, type) {
    const headers = { 'Accept': 'text/html', 'X-Fragment': '1', 'X-CSRF-Token': csrf(), ...(type && { 'Content-Type': type }) };
    const answer = await fetch(address, { method: 'POST', body, headers, redirect: 'manual' });
    if (answer.ok) { place(await answer.text()); this.say(''); return true; }
    this.say(answer.status === 422 ? 'This browser’s push service is not on the list of this installation. Ask its operators.' : 'The server did not take it. Open this page again and repeat it.');
    return false;
  }

  say(words) {
    const line = this.room.querySelector('[data-problem]');
    line.textContent = words;
    line.hidden = !words;
  }
}

// The row of this browser in the list.
function here() { return document.querySelector('#devices [data-here]'); }

function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, letter => letter.charCodeAt(0));
}
