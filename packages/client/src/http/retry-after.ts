/** What an HTTP date looks like (RFC 9110 §5.6.7); `Date.parse` alone would take nearly anything. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/;

/**
 * Milliseconds that a `Retry-After` header (RFC 9110 §10.2.3) asks to wait: its seconds, or the time
 * until its date.
 * @param now milliseconds since the epoch.
 * @returns undefined when there is no header or it cannot be understood; 0 for a date that has passed.
 */
export const parseRetryAfter = (
  header: string | null,
  now: number = Date.now(),
): number | undefined => {
  const value = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1_000;
  const at = httpDate.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
