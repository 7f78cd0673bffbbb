import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { JobStatus } from '../contract/job-resource.ts';
import { keptRuns } from '../contract/schedule.ts';

/** What became of a slot, or of a trigger by hand. Instants are milliseconds. */
export interface Run {
  /** Its job has not ended, as far as is known. Comes first: the scripts look at it. */
  readonly open: boolean;
  readonly trigger: 'clock' | 'manual';
  readonly slot: number;
  readonly at: number;
  readonly outcome: 'submitted' | 'skipped' | 'refused';
  readonly reason?: string;
  readonly job?: string;
  readonly status?: JobStatus;
  readonly endedAt?: number;
}

/** The runs of a schedule by name, and the number that changes with each new one. */
export interface Runs {
  readonly version: string;
  readonly byName: ReadonlyMap<string, Run>;
}

/** Most runs that are kept of a schedule whose jobs do not end. */
const maxRuns = 50;

/** Runs of a schedule that nothing happened to for this long are forgotten: 400 days, in milliseconds. */
const forgottenAfterMs = 400 * 86_400_000;

const versionField = 'version';

/** A slot has one run; there may be several by hand in one millisecond. */
export const runName = ({ trigger, slot, job }: Run): string =>
  trigger === 'clock' ? String(slot) : `${slot}/${job}`;

/**
 * Notes a run and forgets the oldest: the closed ones beyond the first limit, all beyond the second.
 * Parameters: name, run, the version that it was decided on (or ''), both limits, time to live.
 */
const noteScript: Script = {
  name: 'droverNoteScheduleRun',
  keys: 1,
  lua: `
    local K, name = KEYS[1], ARGV[1]
    if ARGV[3] ~= '' and (redis.call('HGET', K, 'version') or '0') ~= ARGV[3] then return 0 end
    redis.call('HSET', K, name, ARGV[2])
    redis.call('HINCRBY', K, 'version', 1)
    redis.call('PEXPIRE', K, ARGV[6])
    local flat, runs = redis.call('HGETALL', K), {}
    for n = 1, #flat, 2 do
      if flat[n] ~= 'version' then
        runs[#runs + 1] = {flat[n], tonumber(string.match(flat[n], '^%d+')),
          string.sub(flat[n + 1], 1, 12) == '{"open":true'}
      end
    end
    table.sort(runs, function(a, b) return a[2] > b[2] end)
    local closed = 0
    for n, run in ipairs(runs) do
      if not run[3] then closed = closed + 1 end
      local isTooMany = n > tonumber(ARGV[5]) or (not run[3] and closed > tonumber(ARGV[4]))
      if isTooMany and run[1] ~= name then redis.call('HDEL', K, run[1]) end
    end
    return 1
  `,
};

/** Changes a run that is there still. */
const changeScript: Script = {
  name: 'droverChangeScheduleRun',
  keys: 1,
  lua: `
    if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
      redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
    end
    return true
  `,
};

interface RunStore {
  redis: RedisClient;
  keys: Keys;
}

/** The fields of a schedule's hash, read. */
export const toRuns = (fields: Record<string, string>): Runs => {
  const { [versionField]: version = '0', ...runs } = fields;
  const entries = Object.entries(runs).map(
    ([name, run]) => [name, JSON.parse(run) as Run] as const,
  );
  return { version, byName: new Map(entries) };
};

export const readRuns = async ({ redis, keys }: RunStore, schedule: string): Promise<Runs> =>
  toRuns(await redis.hgetall(keys.scheduleRuns(schedule)));

/**
 * Notes a run.
 * @param version of the runs that it was decided on; left out: it depends on none.
 * @returns false when another run has come in between: nothing was noted.
 */
export const noteRun = async (
  { redis, keys }: RunStore,
  schedule: string,
  run: Run,
  version = '',
): Promise<boolean> => {
  const limits = [keptRuns, maxRuns, forgottenAfterMs];
  const parameters = [runName(run), JSON.stringify(run), version, ...limits];
  return (await runScript(redis, noteScript, [keys.scheduleRuns(schedule)], parameters)) === 1;
};

/** Keeps what is known now of a run that was noted; nothing when it is forgotten already. */
export const changeRun = async (
  { redis, keys }: RunStore,
  schedule: string,
  name: string,
  run: Run,
): Promise<void> => {
  const parameters = [name, JSON.stringify(run)];
  await runScript(redis, changeScript, [keys.scheduleRuns(schedule)], parameters);
};

/** Notes how the job of a run has ended; `status` is undefined when that cannot be known any more. */
export const closeRun = async (
  store: RunStore,
  { schedule, run: name }: { schedule: string; run: string },
  end: { status?: JobStatus; endedAt?: number },
): Promise<void> => {
  const { redis, keys } = store;
  const stored = await redis.hget(keys.scheduleRuns(schedule), name);
  if (stored === null) return;
  await changeRun(store, schedule, name, { ...(JSON.parse(stored) as Run), ...end, open: false });
};

/** A trigger by hand that came to nothing. */
export const forgetRun = async ({ redis, keys }: RunStore, schedule: string, run: Run) => {
  await redis.hdel(keys.scheduleRuns(schedule), runName(run));
};
