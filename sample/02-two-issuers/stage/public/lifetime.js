import { duration } from './words.js';

/** How much of the bar is there for keys that nobody uses any more. */
const GONE = 0.12;

/** Draws the life of a key set: fresh, then stale, then gone, and where it stands now. */
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
