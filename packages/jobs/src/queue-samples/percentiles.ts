/** Classes of the statistics' histograms: each a tenth longer than the one before. */
const lastClass = 250;
const base = 1.1;

/** The class that a duration is in, as `drover.duration_class` has it. */
const classOf = (ms: number): number =>
  Math.min(lastClass, 1 + Math.ceil(Math.log(Math.max(1, ms)) / Math.log(base)));

/** How many durations there are of each class; the first element is of class 1. */
export const histogramOf = (durations: readonly number[]): number[] => {
  const classes = durations.map(classOf);
  const counts = new Array<number>(Math.max(1, ...classes)).fill(0);
  for (const one of classes) counts[one - 1] = (counts[one - 1] ?? 0) + 1;
  return counts;
};

/** The middle of a class, in milliseconds: within 5 % of all that is in it. */
const middleOf = (one: number): number =>
  one === 1 ? 1 : Math.round((2 * base ** (one - 1)) / (1 + base));

/** The duration that this share of a histogram is no longer than; null of an empty one. */
export const percentileOf = (
  histogram: readonly (number | null)[],
  share: number,
): number | null => {
  const total = histogram.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (total === 0) return null;
  let passed = 0;
  const at = histogram.findIndex((count) => {
    passed += count ?? 0;
    return passed >= share * total;
  });
  return middleOf(at + 1);
};
