import { duration } from './words.js';

/** The part of the bar for keys that are too old. */
const GONE = 0.12;

/** Draws the lifetime of a key set: fresh, stale, too old, and its current age. */
export function drawLifetime(element, keys) {
  element.hidden = keys?.fetchedAt === undefined || keys.expiresAt === undefined;
  if (element.hidden) return;
  const whole = keys.usableUntil - keys.fetchedAt;
  const lifetime = keys.expiresAt - keys.fetchedAt;
  const percent = (seconds) => `${(Math.max(0, seconds) / whole) * (1 - GONE) * 100}%`;
  element.style.setProperty('--fresh', percent(lifetime));
  element.style.setProperty('--usable', percent(whole));
  element.style.setProperty('--now', `min(${percent(keys.age)}, 99%)`);
  element.querySelector('.expires').textContent = duration(lifetime);
  element.querySelector('.usable').textContent = duration(whole);
}
