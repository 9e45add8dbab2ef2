// Attaches behaviours to elements: data-behaviour="composer" loads what composer.js exports. Pages work without any of them.
import * as composer from './composer.js';
import * as connect from './connect.js';
import * as live from './live.js';
import * as menu from './menu.js';
import * as ruler from './ruler.js';
import * as scroll from './scroll.js';
import * as send from './send.js';
import * as template from './template.js';
import { onArrival } from './fragments.js';

const behaviours = { composer, connect, live, menu, ruler, scroll, send, template };

function attach(root) {
  const elements = [...root.querySelectorAll('[data-behaviour]')];
  if (root.matches?.('[data-behaviour]')) elements.unshift(root);
  for (const element of elements) behaviours[element.dataset.behaviour]?.attach(element);
}

onArrival(attach);
attach(document);
