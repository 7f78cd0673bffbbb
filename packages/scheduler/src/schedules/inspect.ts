import { repeatKey, type SchedulePlace, toTiming } from '@drover/jobs/schedules/place';
import type { Timing } from '@drover/jobs/schedules/slots';
import { runScript, type Script } from '@drover/shared/redis/script';

/** A schedule as BullMQ has it. */
export interface Installed {
  readonly fingerprint: string;
  /** The slot that it waits for, in milliseconds. */
  readonly next: number;
  /** Whether the job is there that is to fire it, and has not been done with. */
  readonly isArmed: boolean;
  readonly timing: Timing;
}

/**
 * Of each schedule: the slot that it waits for, its fingerprint, whether the job of that slot is there,
 * and its timing. The fingerprint stands first in the data, which may be long.
 */
const inspectScript: Script = {
  name: 'droverInspectSchedules',
  keys: 1,
  lua: `
    local R, found = KEYS[1], {}
    for n, id in ipairs(ARGV) do
      local next = redis.call('ZSCORE', R, id)
      if next then
        local kept = redis.call('HMGET', R .. ':' .. id, 'data', 'pattern', 'tz')
        local fingerprint = string.match(kept[1] or '', '^{"fingerprint":"(%w+)"') or ''
        local job = R .. ':' .. id .. ':' .. next
        local isArmed = redis.call('EXISTS', job) == 1
          and redis.call('HEXISTS', job, 'finishedOn') == 0
        found[n] = {next, fingerprint, isArmed and 1 or 0, kept[2] or '', kept[3] or ''}
      else
        found[n] = false
      end
    end
    return found
  `,
};

type Reply = readonly (
  | readonly [next: string, fingerprint: string, isArmed: number, pattern: string, tz: string]
  | null
)[];

/** Schedules that are looked at in one go: other commands of Redis wait meanwhile. */
const together = 500;

/** Those of these keys that BullMQ has. */
export const inspect = async (
  { redis, keys }: Pick<SchedulePlace, 'redis' | 'keys'>,
  schedules: readonly string[],
): Promise<Map<string, Installed>> => {
  const installed = new Map<string, Installed>();
  for (let n = 0; n < schedules.length; n += together) {
    const some = schedules.slice(n, n + together);
    const reply = (await runScript(redis, inspectScript, [repeatKey(keys)], some)) as Reply;
    for (const [at, key] of some.entries()) {
      const found = reply[at];
      if (!found) continue;
      const [next, fingerprint, isArmed, pattern, tz] = found;
      const timing = toTiming(pattern, tz);
      installed.set(key, { next: Number(next), fingerprint, isArmed: isArmed === 1, timing });
    }
  }
  return installed;
};

/** The keys of all that BullMQ has. */
export const installedKeys = ({ redis, keys }: SchedulePlace): Promise<string[]> =>
  redis.zrange(repeatKey(keys), '0', '-1');

/** How many BullMQ has: cheap enough to ask every few seconds. */
export const countInstalled = ({ redis, keys }: SchedulePlace): Promise<number> =>
  redis.zcard(repeatKey(keys));
