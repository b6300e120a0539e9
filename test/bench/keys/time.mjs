// Time that leaps: minutes pass in an instant, for every library in the same way. Import it before
// the libraries. Date, performance.now() and process.hrtime() move together; timers do not, so the
// deadline of a fetch is real.

const RealDate = Date;
const realNow = performance.now.bind(performance);
const realHrtime = process.hrtime;
let offset = 0;

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(Date.now());
    else super(...args);
  }
  static now() {
    return RealDate.now() + offset;
  }
};
performance.now = () => realNow() + offset;
process.hrtime = Object.assign(
  (since = [0, 0]) => {
    const time = process.hrtime.bigint() - (BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]));
    return [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)];
  },
  { bigint: () => realHrtime.bigint() + BigInt(offset) * 1_000_000n },
);

/** Lets milliseconds pass. */
export function leap(milliseconds) {
  offset += milliseconds;
}

/** Milliseconds that really passed: what a request waits. */
export { realNow };
