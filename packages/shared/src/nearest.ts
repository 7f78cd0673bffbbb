import { closest, distance } from 'fastest-levenshtein';

/**
 * The known name that a wrong one was probably meant to be.
 * @param tolerance share of the name's length that may differ (at least one character); default 0.34.
 * @returns undefined when nothing is near enough to be worth suggesting.
 */
export const nearestName = (
  wrong: string,
  known: readonly string[],
  tolerance = 0.34,
): string | undefined => {
  if (known.length === 0) return undefined;
  const candidate = closest(wrong, known);
  const allowed = Math.max(1, Math.floor(wrong.length * tolerance));
  return distance(wrong, candidate) <= allowed ? candidate : undefined;
};

/** ` Did you mean "x"?` where a near name is known, else an empty string. */
export const didYouMean = (wrong: string, known: readonly string[]): string => {
  const name = nearestName(wrong, known);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
};
