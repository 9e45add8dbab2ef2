// Attaches behaviours to elements: data-behaviour="composer" loads what composer.js exports. Pages work without any of them.
import * as attach_ from './attach.js';
import * as badge from './badge.js';
import * as behind from './behind.js';
import * as bubbles from './bubbles.js';
import * as composer from './composer.js';
import * as connect from './connect.js';
import * as copy from './copy.js';
import * as export_ from './export.js';
import * as found from './found.js';
import * as history from './history.js';
import * as invited from './invited.js';
import * as keys from './keys.js';
import * as kind from './kind.js';
import * as kinds from './kinds.js';
import * as live from './live.js';
import * as menu from './menu.js';
import * as note from './note.js';
import * as notifications from './notifications.js';
import * as notify from './notify.js';
import * as presence from './presence.js';
import * as quick from './quick.js';
import * as reply from './reply.js';
import * as ruler from './ruler.js';
import * as scroll from './scroll.js';
import * as send from './send.js';
import * as sound from './sound.js';
import * as template from './template.js';
import * as viewer from './viewer.js';
import * as voice from './voice.js';
import * as write from './write.js';
import { onArrival } from './fragments.js';

const behaviours = {
  attach: attach_, badge, behind, bubbles, composer, connect, copy, export: export_, found, history, invited, keys, kind, kinds, live, menu, note,
  notifications, notify, presence, quick, reply, ruler, scroll, send, sound, template, viewer, voice, write,
};

function attach(root) {
  const elements = [...root.querySelectorAll('[data-behaviour]')];
  if (root.matches?.('[data-behaviour]')) elements.unshift(root);
  for (const element of elements) for (const name of element.dataset.behaviour.split(' ')) behaviours[name]?.attach(element);
}

onArrival(attach);
// What opens beside a bubble stands in no container.
document.addEventListener('arrive', event => attach(event.target));
attach(document);
