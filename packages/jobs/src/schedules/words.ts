import cronstrue from 'cronstrue';
import type { Timing } from './slots.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;

const inWords = (ms: number): string => {
  const [name, length] = units.find(([, length]) => ms % length === 0) ?? units[4];
  const count = ms / length;
  return count === 1 ? `Every ${name}` : `Every ${count} ${name}s`;
};

/** A timing for people: `At 08:00, Monday through Friday (Europe/Berlin)`. */
export const timingInWords = (timing: Timing): string => {
  if ('every' in timing) return inWords(timing.every);
  const { cron, timezone } = timing;
  try {
    return `${cronstrue.toString(cron, { use24HourTimeFormat: true })} (${timezone})`;
  } catch {
    return `${cron} (${timezone})`;
  }
};
