// Lets the day ruler run: the marks and the words of what is left. At the end the composer turns into what may be sent then.
import { turn } from './composer.js';

const minute = 60_000;
const tick = 15_000;

export function attach(line) {
  const until = Date.parse(line.dataset.until);
  const timer = setInterval(() => {
    if (!line.isConnected) return clearInterval(timer);
    const left = until - Date.now();
    if (left <= 0) { clearInterval(timer); turn(line.closest('.composer')); return; }
    show(line, left);
  }, tick);
}

function show(line, left) {
  const minutes = Math.floor(left / minute);
  const words = minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
  line.querySelector('[data-left]').textContent = words;
  line.querySelector('.ruler-left').setAttribute('width', (Math.min(24, minutes / 60)).toFixed(2));
  line.classList.toggle('soon', minutes < 180);
}
