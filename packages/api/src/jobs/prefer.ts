/** What a client prefers (RFC 7240): to be answered at once, or when the job has finished. */
export type Preference = { waitMs: number; applied: string } | { waitMs: 0; applied?: string };

/** Longest wait that is granted, in seconds. */
export const maxWaitSeconds = 60;

/** Reads `Prefer`. What it does not understand is ignored, as the RFC demands. */
export const parsePrefer = (header: string | string[] | undefined): Preference => {
  if (header === undefined) return { waitMs: 0 };
  const text = Array.isArray(header) ? header.join(',') : header;
  const wait = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[,;]|$)/i.exec(text)?.[1];
  if (wait !== undefined) {
    const seconds = Math.min(Number(wait), maxWaitSeconds);
    return { waitMs: seconds * 1_000, applied: `wait=${seconds}` };
  }
  return /(?:^|,)\s*respond-async\s*(?:[,;]|$)/i.test(text)
    ? { waitMs: 0, applied: 'respond-async' }
    : { waitMs: 0 };
};
