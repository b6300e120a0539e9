/** Milliseconds. A rate over a shorter time would be random. */
const SHORTEST = 3000;
const LONGEST = 60_000;

/**
 * The requests to Authgear and the calls of a lane per minute. It counts the last minute at most,
 * and starts again when the outcome of the calls changes.
 */
export function createQuestions() {
  let samples = [];
  let tone;

  return {
    add(asked, called, toneNow) {
      const at = performance.now();
      // Refusals are not cached, so refused calls have another rate than accepted ones.
      if (toneNow !== tone) samples = [];
      tone = toneNow;
      samples = [...samples.filter((sample) => sample.at >= at - LONGEST), { at, asked, called }];
    },
    inWords() {
      const [first, last] = [samples[0], samples.at(-1)];
      const time = last.at - first.at;
      if (time < SHORTEST) return 'counting questions …';
      const perMinute = (count) => Math.round(((last[count] - first[count]) / time) * 60_000);
      const [asked, called] = [perMinute('asked'), perMinute('called')];
      return `${asked} questions to Authgear a minute, for ${called} calls`;
    },
  };
}
