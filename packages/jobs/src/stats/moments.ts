const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long an hour or a day is, in milliseconds. Days are those of UTC, and all of one length. */
export const lengthOf = (by: 'hour' | 'day'): number => (by === 'hour' ? hourMs : dayMs);

/** The begin of the hour or day, in UTC, that a moment is in. */
export const beginOf = (at: number, by: 'hour' | 'day'): number =>
  Math.floor(at / lengthOf(by)) * lengthOf(by);

/** Where each hour or day begins that has something of a time; one at least. */
export const momentsOf = ({
  by,
  since,
  until,
}: {
  by: 'hour' | 'day';
  since: number;
  until: number;
}): readonly number[] => {
  const first = beginOf(since, by);
  const length = lengthOf(by);
  const count = Math.max(1, Math.ceil((until - first) / length));
  return Array.from({ length: count }, (_, n) => first + n * length);
};
