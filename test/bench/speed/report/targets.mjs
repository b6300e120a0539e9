// What a figure must be: how many times as fast, how many times the cost, or what by itself.

export const timesAsFast = (least) => ({
  text: `at least ${least}`,
  isMet: ({ ratio }) => ratio >= least,
});
export const ahead = { text: 'over 1', isMet: ({ ratio }) => ratio > 1 };
export const timesTheCost = (most) => ({
  text: `at most ${most}`,
  isMet: ({ ratio }) => ratio <= most,
});
export const under = (most, unit) => ({
  text: `under ${most} ${unit}`,
  isMet: ({ value }) => value < most,
});
