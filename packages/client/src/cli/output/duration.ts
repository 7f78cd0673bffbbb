const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time for people: `950 ms`, `2.5 s`, `3 min`, `5 h`, `2 d`. */
export const describeDuration = (ms: number): string => {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < minute) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  return ms < 2 * day ? `${Math.floor(ms / hour)} h` : `${Math.floor(ms / day)} d`;
};

/** How long ago an instant was. */
export const describeAge = (instant: string, now: number = Date.now()): string =>
  describeDuration(now - Date.parse(instant));

/** The time of day of an instant, where the reader is: `14:03:59`. */
export const timeOfDay = (instant: string): string =>
  new Date(instant).toLocaleTimeString('en-GB', { hour12: false });
