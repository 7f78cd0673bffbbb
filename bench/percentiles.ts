/** The smallest sample that at least `share` (above 0, up to 1) of all samples do not exceed. */
export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

/** The middle one; of an even number, the lower of the two. */
export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
