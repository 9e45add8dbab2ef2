// A voice message: recorded here, sent as WhatsApp's own (the server converts it). Nothing is kept before somebody presses Send.
import { quoteIn } from './reply.js';
import { outboxOf } from './write.js';
import { say } from './send.js';

const longest = 15 * 60 * 1000;

export function attach(form) {
  const button = form.querySelector('[data-record]');
  if (!button.hidden || !navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
  button.hidden = false;
  const room = form.querySelector('[data-recording]');
  let recording;
  button.addEventListener('click', async () => {
    if (recording) return;
    try {
      recording = new Recording(await navigator.mediaDevices.getUserMedia({ audio: true }), form, room);
    } catch {
      say(form, 'The microphone cannot be used. Allow it for this page in the browser, then press again.');
    }
  });
  const end = async isSent => {
    const ended = recording;
    recording = undefined;
    const sound = await ended?.stop();
    if (isSent && sound?.size) {
      outboxOf(form).addFile(sound, '', { isVoice: true, reply: quoteIn(form) });
      if (quoteIn(form)) form.querySelector('[data-drop]').click();
    }
    button.focus();
  };
  room.querySelector('[data-recording-send]').addEventListener('click', () => end(true));
  room.querySelector('[data-recording-cancel]').addEventListener('click', () => end(false));
  room.addEventListener('keydown', event => { if (event.key === 'Escape') { event.stopPropagation(); end(false); } });
}

class Recording {
  constructor(stream, form, room) {
    this.stream = stream;
    this.form = form;
    this.room = room;
    this.pieces = [];
    this.begun = Date.now();
    this.recorder = new MediaRecorder(stream);
    this.recorder.addEventListener('dataavailable', event => this.pieces.push(event.data));
    this.recorder.start(1000);
    form.classList.add('is-recording');
    room.hidden = false;
    room.querySelector('[data-recording-send]').focus();
    this.show();
    this.clock = setInterval(() => this.show(), 1000);
  }

  // Screen readers hear that it runs, not every second of it.
  show() {
    const seconds = Math.round((Date.now() - this.begun) / 1000);
    const words = this.room.querySelector('[data-recording-words]');
    if (!words.firstChild) words.append('Recording ', document.createElement('span'));
    words.lastChild.setAttribute('aria-hidden', 'true');
    words.lastChild.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    if (Date.now() - this.begun > longest && this.recorder.state === 'recording') this.recorder.pause();
  }

  async stop() {
    clearInterval(this.clock);
    const stopped = new Promise(done => this.recorder.addEventListener('stop', done, { once: true }));
    this.recorder.stop();
    await stopped;
    for (const track of this.stream.getTracks()) track.stop();
    this.room.hidden = true;
    this.room.querySelector('[data-recording-words]').replaceChildren();
    this.form.classList.remove('is-recording');
    return new File(this.pieces, 'Voice message', { type: this.recorder.mimeType });
  }
}
