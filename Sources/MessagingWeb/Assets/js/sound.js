// A player for voice messages and sounds that fits into a bubble. Without a script the browser's own one stands there.
export function attach(room) {
  const sound = room.querySelector('audio');
  const length = room.querySelector('[data-length]');
  if (room.querySelector('.sound-press')) return;
  const [press, place] = build(sound);
  sound.controls = false;
  sound.before(press, place);

  const total = () => (Number.isFinite(sound.duration) ? sound.duration : Number(length?.dataset.length ?? 0));
  const show = () => {
    place.max = total() || 1;
    place.value = sound.currentTime;
    place.setAttribute('aria-valuetext', `${spoken(sound.currentTime)} of ${spoken(total())}`);
    place.style.setProperty('--played', `${(100 * sound.currentTime) / (total() || 1)}%`);
    if (length) length.textContent = written(sound.paused && !sound.currentTime ? total() : sound.currentTime);
    press.setAttribute('aria-label', sound.paused ? `Play: ${sound.getAttribute('aria-label')}` : 'Pause');
    press.classList.toggle('playing', !sound.paused);
  };

  press.addEventListener('click', () => {
    if (!sound.paused) return sound.pause();
    // One voice at a time.
    for (const other of document.querySelectorAll('audio, video')) if (other !== sound) other.pause();
    sound.play().catch(() => { if (length) length.textContent = 'This browser cannot play it'; });
  });
  place.addEventListener('input', () => { sound.currentTime = Number(place.value); });
  for (const moment of ['timeupdate', 'play', 'pause', 'durationchange', 'seeked']) sound.addEventListener(moment, show);
  sound.addEventListener('ended', () => { sound.currentTime = 0; });
  show();
}

function build(sound) {
  const press = document.createElement('button');
  press.type = 'button';
  press.className = 'sound-press';
  const place = document.createElement('input');
  Object.assign(place, { type: 'range', className: 'sound-place', min: 0, max: 1, step: 'any', value: 0 });
  place.setAttribute('aria-label', `Position in ${sound.getAttribute('aria-label')}`);
  return [press, place];
}

function written(seconds) { return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`; }

function spoken(seconds) { return `${Math.floor(seconds / 60)} minutes ${Math.floor(seconds % 60)} seconds`; }
