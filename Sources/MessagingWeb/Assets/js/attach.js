// Files to send: chosen, dropped on the thread, or pasted. They lie in a tray above the words until the message is sent; the words stand
// beneath the first of them that can have any.
import { quoteIn } from './reply.js';
import { say } from './send.js';
import { picture } from './thumbnail.js';
import { outboxOf } from './write.js';

const largest = 100 * 1024 * 1024;

export function attach(form) {
  if (form.dataset.takesFiles) return;
  form.dataset.takesFiles = 'yes';
  const tray = new Tray(form);
  const button = form.querySelector('[data-attach]');
  const choice = button.querySelector('input');
  button.hidden = false;
  choice.addEventListener('change', () => { tray.add(choice.files); choice.value = ''; });
  form.querySelector('textarea').addEventListener('paste', event => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    tray.add(event.clipboardData.files);
  });
  takeDrops(form.closest('.thread'), files => tray.add(files));
  // Before the words alone would go.
  form.addEventListener('submit', event => {
    if (!tray.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tray.send();
  }, { capture: true });
}

class Tray {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector('[data-tray]');
    this.words = form.querySelector('textarea');
    this.files = [];
  }

  add(files) {
    for (const file of files) {
      if (file.size > largest) say(this.form, `WhatsApp takes files of up to 100 MB; “${file.name}” has more.`);
      else { this.files.push(file); this.show(file); }
    }
    this.changed();
    this.words.focus();
  }

  show(file) {
    const line = this.form.querySelector('template[data-attached]').content.querySelector('li').cloneNode(true);
    line.querySelector('[data-name]').textContent = file.name;
    line.querySelector('[data-size]').textContent = size(file.size);
    const button = line.querySelector('button');
    button.setAttribute('aria-label', `Take ${file.name} away`);
    button.addEventListener('click', () => {
      this.files = this.files.filter(other => other !== file);
      line.remove();
      this.changed();
      this.words.focus();
    });
    picture(file, line.querySelector('.sheet'));
    this.list.append(line);
  }

  send() {
    const outbox = outboxOf(this.form);
    const words = this.words.value.trim();
    // WhatsApp shows none beneath a sound.
    const captioned = this.files.find(file => !file.type.startsWith('audio/'));
    // The first of what goes is the answer.
    let reply = quoteIn(this.form);
    const answering = () => { const quoted = reply; reply = undefined; return quoted; };
    if (words && !captioned) outbox.add(words, answering());
    for (const file of this.files) outbox.addFile(file, file === captioned ? words : '', { reply: answering() });
    this.files = [];
    this.list.replaceChildren();
    this.changed();
    say(this.form, '');
    this.form.dispatchEvent(new CustomEvent('accepted', { bubbles: true }));
  }

  // A file needs no words.
  changed() {
    this.list.hidden = !this.files.length;
    this.words.required = !this.files.length;
  }
}

function takeDrops(room, take) {
  const hasFiles = event => [...event.dataTransfer?.types ?? []].includes('Files');
  room.addEventListener('dragover', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    room.classList.add('dropping');
  });
  room.addEventListener('dragleave', event => { if (!room.contains(event.relatedTarget)) room.classList.remove('dropping'); });
  room.addEventListener('drop', event => {
    room.classList.remove('dropping');
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
