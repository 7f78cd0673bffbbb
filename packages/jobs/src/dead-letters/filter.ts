import { z } from 'zod';

/** Which dead letters are meant. Instants are milliseconds; what is undefined fits all. */
export const filter = z.object({
  /** Whose; null: everybody's. */
  tenant: z.string().nullable(),
  type: z.string().optional(),
  queue: z.string().optional(),
  code: z.string().optional(),
  group: z.string().optional(),
  /** Failed then or later. */
  since: z.int().optional(),
  /** Failed before then. */
  until: z.int().optional(),
});

export type Filter = z.output<typeof filter>;

/** The parts of a filter that scripts compare, in their order. */
export const scriptFilter = ({ type, queue, code, group }: Filter): string[] => [
  type ?? '',
  queue ?? '',
  code ?? '',
  group ?? '',
];

/** The least and the largest score of a filter, as Redis takes them. */
export const scoresOf = ({ since, until }: Filter): [least: string, largest: string] => [
  since === undefined ? '-inf' : String(since),
  until === undefined ? '+inf' : `(${until}`,
];

/** The scores from the first to the last of a list that goes on after a position. */
export const rangeOf = (
  query: Filter,
  order: 'newest-first' | 'oldest-first',
  after: { at: number } | undefined,
): [first: string, last: string] => {
  const [least, largest] = scoresOf(query);
  if (order === 'oldest-first') {
    return [after && after.at >= (query.since ?? 0) ? String(after.at) : least, largest];
  }
  const isWithin = after && after.at < (query.until ?? Number.POSITIVE_INFINITY);
  return [isWithin ? String(after.at) : largest, least];
};
