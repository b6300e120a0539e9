/** Shorter than that, and a rate would be made of chance. Milliseconds. */
const SHORTEST = 3000;
const LONGEST = 60_000;

/** How often a lane asks Authgear, and how often it is called: per minute, since calls went otherwise, and over the last minute at most. */
export function createQuestions() {
  let samples = [];
  let tone;

  return {
    add(asked, called, toneNow) {
      const at = performance.now();
      // Whoever is refused is asked about anew with each call: one rate for both would say nothing about either.
      if (toneNow !== tone) samples = [];
      tone = toneNow;
      samples = [...samples.filter((sample) => sample.at >= at - LONGEST), { at, asked, called }];
    },
    inWords() {
      const [first, last] = [samples[0], samples.at(-1)];
      const time = last.at - first.at;
      if (time < SHORTEST) return 'counting questions …';
      const perMinute = (count) => Math.round(((last[count] - first[count]) / time) * 60_000);
      return `${perMinute('asked')} questions to Authgear a minute, for ${perMinute('called')} calls`;
    },
  };
}
