// The rows of the table: who did what, beside whom, and what it ought to be.
import { HEADER_ONLY, NO_GUARD, verifying } from '../http/names.mjs';
import { OURS, OURS_UNCACHED } from '../library.mjs';
import { median, medianRatio } from '../statistics.mjs';
import { algorithms } from '../verify/scenes.mjs';
import { ahead, timesAsFast, timesTheCost, under } from './targets.mjs';

const microseconds = (value) => `${value.toFixed(1)} µs`;
const perSecond = (value) => `${Math.round(value).toLocaleString('en')}/s`;
const milliseconds = (value) => `${value.toFixed(1)} ms`;
const megabytes = (value) => `${value.toFixed(2)} MB`;

const titles = { express: 'Express', fastify: 'Fastify' };

export function createRows({ verify, memory, express, fastify }) {
  return [
    ...seenRows(verify),
    ...freshRows(verify),
    ...refusalRows(verify),
    ...httpRows('express', express),
    ...httpRows('fastify', fastify),
    ...memoryRows(memory),
  ];
}

/** Ours beside another, round by round. */
function compare(what, samples, beside, format, ratioOf, target, who = OURS) {
  return {
    what,
    who,
    value: format(median(samples[who])),
    beside,
    other: format(median(samples[beside])),
    ratio: ratioOf(samples[who], samples[beside]),
    target,
  };
}

/** How many times as fast, of times. */
const speedOfTimes = (ours, theirs) => medianRatio(theirs, ours);
/** How many times as fast, of rates; or how many times the cost, of times. */
const plain = (ours, theirs) => medianRatio(ours, theirs);

function seenRows(verify) {
  const rows = (what, samples, target) => [
    compare(what, samples, 'jose', microseconds, speedOfTimes, timesAsFast(target)),
    compare(what, samples, 'fast-jwt, cache', microseconds, speedOfTimes, ahead),
  ];
  return [
    ...rows('token seen before, one at a time', verify['seen, alone'], 40),
    ...rows('token seen before, 64 in flight', verify['seen, at once'], 15),
  ];
}

function freshRows(verify) {
  return algorithms.flatMap((algorithm) =>
    [
      ['one at a time', verify[`${algorithm}, alone`]],
      ['64 in flight', verify[`${algorithm}, at once`]],
    ].flatMap(([how, samples]) => {
      const what = `token never seen, ${algorithm}, ${how}`;
      const peers = ['fast-jwt', 'aws-jwt-verify', 'jose'].map((peer) =>
        compare(what, samples, peer, microseconds, speedOfTimes, ahead),
      );
      // What it costs to remember a token is in the rows above, and what that brings is in those of
      // tokens that come again.
      const uncached = compare(
        what,
        samples,
        'fast-jwt',
        microseconds,
        speedOfTimes,
        undefined,
        OURS_UNCACHED,
      );
      return [
        ...peers,
        uncached,
        compare(
          what,
          samples,
          'crypto.verify + JSON.parse',
          microseconds,
          plain,
          timesTheCost(1.25),
        ),
      ];
    }),
  );
}

function refusalRows(verify) {
  const cheap = ['garbage', 'expired', 'wrong audience', 'unknown key'].flatMap((kind) => {
    const { [OURS]: _, ...peers } = verify[kind];
    const byCost = Object.keys(peers).toSorted((a, b) => median(peers[a]) - median(peers[b]));
    // Whoever is under 1.5 of the cheapest is so of all.
    return byCost.map((peer, place) =>
      compare(
        `refusing: ${kind}`,
        verify[kind],
        peer,
        microseconds,
        plain,
        place === 0 ? timesTheCost(1.5) : undefined,
      ),
    );
  });
  const { [OURS]: _, 'crypto.verify': __, ...peers } = verify['bad signature'];
  const signature = (peer, target) =>
    compare('refusing: bad signature', verify['bad signature'], peer, microseconds, plain, target);
  return [
    ...cheap,
    signature('crypto.verify', timesTheCost(1.25)),
    ...Object.keys(peers).map((peer) => signature(peer)),
  ];
}

function httpRows(framework, { realistic, fresh, flood }) {
  const title = titles[framework];
  const rates = pick(realistic, 'perSecond');
  const peers = verifying[framework].slice(1);
  const race = (what, samples, beside, target) =>
    compare(`${title}, ${what}`, samples, beside, perSecond, plain, target);
  const cpu = (beside) =>
    compare(
      `${title}, realistic mix, CPU per request`,
      pick(realistic, 'cpu'),
      beside,
      microseconds,
      plain,
    );
  return [
    race('realistic mix', rates, HEADER_ONLY, timesAsFast(0.97)),
    race('realistic mix', rates, NO_GUARD, framework === 'fastify' ? timesAsFast(0.9) : undefined),
    ...peers.map((peer) => race('realistic mix', rates, peer, ahead)),
    cpu(HEADER_ONLY),
    cpu(NO_GUARD),
    ...peers.map((peer) => race('every token new', pick(fresh, 'perSecond'), peer, ahead)),
    ...Object.entries(flood).map(([name, rounds]) => floodRow(title, name, rounds)),
    // Who checks nothing shows what the machine allows.
    compare(floodTitle(title, flood[OURS]), floodedWaits(flood), HEADER_ONLY, milliseconds, plain),
  ];
}

const floodTitle = (title, [{ rate }]) =>
  `${title}, users' p99 beside ${rate.toLocaleString('en')} forgeries/s`;
const floodedWaits = (flood) =>
  Object.fromEntries(
    Object.entries(flood).map(([name, rounds]) => [name, rounds.map((round) => round.flooded.p99)]),
  );

const pick = (samples, figure) =>
  Object.fromEntries(
    Object.entries(samples).map(([name, rounds]) => [name, rounds.map((round) => round[figure])]),
  );

function floodRow(title, who, rounds) {
  const quiet = rounds.map((round) => round.quiet.p99);
  const flooded = rounds.map((round) => round.flooded.p99);
  const answered = median(rounds.map((round) => round.flooded.forgedRate));
  return {
    what: floodTitle(title, rounds),
    who: `${who} (${who === HEADER_ONLY ? 'let in' : 'refused'} ${perSecond(answered)})`,
    value: milliseconds(median(flooded)),
    beside: 'itself without them',
    other: milliseconds(median(quiet)),
    ratio: medianRatio(flooded, quiet),
    target: who === OURS ? timesTheCost(2) : undefined,
  };
}

/** What is called flat: what a process that does nothing else goes up and down by. */
const FLAT_MEGABYTES = 1;

function memoryRows({ cached, distinct, garbage, ours, 'fast-jwt, cache': fastJwt }) {
  const flat = under(FLAT_MEGABYTES, 'MB');
  const row = (what, value, target, others = {}) => ({
    what,
    who: OURS,
    value: megabytes(value),
    target,
    measured: value,
    ...others,
  });
  const count = (number) => number.toLocaleString('en');
  return [
    row(`memory of ${count(cached)} tokens of 1 kB`, ours.full, under(40, 'MB'), {
      beside: 'fast-jwt, cache',
      other: megabytes(fastJwt.full),
      ratio: ours.full / fastJwt.full,
    }),
    row(`memory gained by ${count(distinct)} tokens more`, ours.afterDistinct, flat),
    row(`memory gained by ${count(garbage)} garbage ones`, ours.afterGarbage, flat),
  ];
}
