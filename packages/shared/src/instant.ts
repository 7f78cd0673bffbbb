/** A moment as people and programs read it: RFC 3339, in UTC. Milliseconds since 1970. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();

/** The same of what may not have happened: then there is no moment, or 0. */
export const toInstantOrNull = (ms: number | null | undefined): string | null =>
  ms ? toInstant(ms) : null;
