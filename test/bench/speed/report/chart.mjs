// The most telling rows as bars. Written by hand: it must read in light and in dark, and load
// nothing.
import { OURS } from '../library.mjs';
import { median } from '../statistics.mjs';

const WIDTH = 760;
const NAME_END = 230;
const BAR_START = 242;
const MAX_BAR = 380;
const BAR_HEIGHT = 18;
const LINE = 26;
const GROUP_GAP = 18;
const HEADING = 28;
const TOP = 64;

const STYLE = `
    .page { fill: #ffffff; stroke: #d0d7de; }
    text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
    .title { font-size: 17px; font-weight: 600; }
    .heading, .ours { font-weight: 600; }
    .note { fill: #59636e; }
    .bar { fill: #9aa4af; }
    .bar-ours { fill: #1a7f64; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d; }
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      .bar { fill: #656c76; }
      .bar-ours { fill: #3fb68b; }
    }`;

/** Per second, the fastest first. */
function createGroups({ verify, express, fastify }) {
  const ofTimes = (samples) =>
    Object.entries(samples).map(([name, times]) => ({ name, rate: 1e6 / median(times) }));
  const ofRounds = (samples) =>
    Object.entries(samples).map(([name, rounds]) => ({
      name,
      rate: median(rounds.map(({ perSecond }) => perSecond)),
    }));
  return [
    {
      title: 'Token seen before, RS256, one at a time: verifications per second',
      bars: ofTimes(verify['seen, alone']),
    },
    {
      title: 'Token never seen, RS256, one at a time: verifications per second',
      bars: ofTimes(verify['RS256, alone']),
    },
    {
      title: 'NestJS on Fastify, realistic mix of tokens: requests per second',
      bars: ofRounds(fastify.realistic),
    },
    {
      title: 'NestJS on Express, realistic mix of tokens: requests per second',
      bars: ofRounds(express.realistic),
    },
  ].map(({ title, bars }) => ({ title, bars: bars.toSorted((a, b) => b.rate - a.rate) }));
}

export function createChart(measured, subtitle) {
  const groups = createGroups(measured);
  let y = TOP;
  const drawn = groups.map((group) => {
    const text = drawGroup(group, y);
    y += HEADING + group.bars.length * LINE + GROUP_GAP;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-labelledby="title description">
  <title id="title">Speed of ${OURS} beside other libraries</title>
  <desc id="description">${escape(describe(groups))}</desc>
  <style>${STYLE}
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${y - 1}" rx="8" />
  <text class="title" x="20" y="32">How fast, one beside the other</text>
  <text class="note" x="20" y="52">${escape(subtitle)}</text>
${drawn.join('\n')}
</svg>
`;
}

function drawGroup({ title, bars }, top) {
  const most = bars[0].rate;
  const lines = bars.map((bar, index) => drawBar(bar, most, top + HEADING + index * LINE));
  return [`  <text class="heading" x="20" y="${top + 18}">${escape(title)}</text>`, ...lines].join(
    '\n',
  );
}

function drawBar({ name, rate }, most, y) {
  const length = Math.max(1, (rate / most) * MAX_BAR).toFixed(1);
  const middle = y + BAR_HEIGHT / 2 + 5;
  const [weight, color] = name.startsWith(OURS) ? [' class="ours"', 'bar-ours'] : ['', 'bar'];
  return `  <text${weight} x="${NAME_END}" y="${middle}" text-anchor="end">${escape(name)}</text>
  <rect class="${color}" x="${BAR_START}" y="${y}" width="${length}" height="${BAR_HEIGHT}" rx="3" />
  <text${weight} x="${(BAR_START + Number(length) + 8).toFixed(1)}" y="${middle}">${count(rate)}</text>`;
}

const describe = (groups) =>
  groups
    .map(
      ({ title, bars }) =>
        `${title}: ${bars.map(({ name, rate }) => `${name} ${count(rate)}`).join(', ')}.`,
    )
    .join(' ');

/** Three digits: more would promise more than one run can hold. */
const count = (rate) => Number(rate.toPrecision(3)).toLocaleString('en');

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
