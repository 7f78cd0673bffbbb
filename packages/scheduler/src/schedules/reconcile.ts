import {
  type ScheduleDefinition,
  scheduleFingerprint,
  scheduleKey,
} from '@drover/jobs/schedules/definition';
import { fireOptions, installSchedule, uninstallSchedule } from '@drover/jobs/schedules/install';
import type { SchedulePlace } from '@drover/jobs/schedules/place';
import { databaseFailure } from '@drover/shared/database/failures';
import { toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import type { Desired } from './desired.ts';
import { compare } from './findings.ts';
import { type Installed, inspect, installedKeys } from './inspect.ts';
import { createStepCheck } from './steps.ts';

/**
 * Schedules that are written at once: each is a round trip, and they share them. Who wants to change one
 * of a tenant's waits meanwhile.
 */
const together = 200;

/** What a round has found and done, in schedules. */
export interface ReconcileReport {
  /** That should be there. */
  schedules: number;
  restored: number;
  updated: number;
  pruned: number;
  /** Had fallen silent or out of step, and are set right. */
  repaired: number;
  /** Due for more than a minute, and not taken by any worker. */
  overdue: number;
  /** Could not be written; the next round tries again. */
  failed: number;
  /** False while Postgres is away: only the declared schedules were looked after. */
  complete: boolean;
  /** Why it is not. */
  reason?: string;
}

export interface ReconcileOptions {
  desired: () => Promise<Desired>;
  place: SchedulePlace;
  log: Log;
  stopping: AbortSignal;
  /** Milliseconds since 1970; default: the clock. */
  now?: () => number;
}

/** What a round does to schedules, in numbers of them. */
type Mended = Pick<ReconcileReport, 'restored' | 'updated' | 'repaired' | 'pruned' | 'failed'>;

/**
 * Makes BullMQ's job schedulers what the schedules say: what is missing or outdated is written, what is
 * gone is removed, what has fallen silent or out of step is set right. Any number of processes may do
 * so at once, and beside an API that changes schedules: whatever is not as it should be is looked at
 * once more while nobody can change it, and set right before somebody may.
 */
export const createReconcile = (options: ReconcileOptions) => {
  const { desired, place, log, stopping, now = Date.now } = options;
  const isInStep = createStepCheck();

  const compareNow = (
    wanted: ReadonlyMap<string, string>,
    installed: ReadonlyMap<string, Installed>,
  ) => compare(wanted, installed, { now: now(), isInStep });

  /** @returns how many it was done with. @throws when Redis is away. */
  const withEach = async <T>(
    all: readonly T[],
    work: (one: T) => Promise<unknown>,
    mended: Mended,
  ): Promise<number> => {
    let done = 0;
    for (const outcome of await Promise.allSettled(all.map(work))) {
      if (outcome.status === 'fulfilled') {
        done += 1;
        continue;
      }
      if (isRedisUnavailable(outcome.reason)) throw outcome.reason;
      mended.failed += 1;
      log.warn({ reason: toError(outcome.reason).message }, 'a schedule was not written');
    }
    return done;
  };

  /** A slot that passed while nothing could fire it is handed to the workers, who know what to do. */
  const fireMissed = async (key: string, slot: number) => {
    const data = { schedule: key, slot };
    await place.queue.add('late', data, { ...fireOptions, jobId: `late/${key}/${slot}` });
  };

  const repairOne = async (definition: ScheduleDefinition, found: Installed | undefined) => {
    const key = scheduleKey(definition);
    if (found && !found.isArmed && found.next <= now()) await fireMissed(key, found.next);
    await installSchedule(place, definition);
    await place.redis.hincrby(place.keys.scheduleRepairs, key, 1);
    log.warn({ schedule: key, slot: found?.next }, 'a schedule had fallen silent or out of step');
  };

  const mendHeld = async (definitions: readonly ScheduleDefinition[], mended: Mended) => {
    const byKey = new Map(definitions.map((it) => [scheduleKey(it), it]));
    const those = (keys: readonly string[]) => keys.flatMap((key) => byKey.get(key) ?? []);
    const installed = await inspect(place, [...byKey.keys()]);
    const wanted = new Map([...byKey].map(([key, it]) => [key, scheduleFingerprint(it)]));
    const { missing, outdated, silent, outOfStep } = compareNow(wanted, installed);
    const install = (it: ScheduleDefinition) => installSchedule(place, it);
    const repair = (it: ScheduleDefinition) => repairOne(it, installed.get(scheduleKey(it)));
    mended.restored += await withEach(those(missing), install, mended);
    mended.updated += await withEach(those(outdated), install, mended);
    mended.repaired += await withEach(those([...silent, ...outOfStep]), repair, mended);
  };

  const pruneHeld = async (
    keys: readonly string[],
    definitions: readonly ScheduleDefinition[],
    mended: Mended,
  ) => {
    const known = new Set(definitions.map(scheduleKey));
    const gone = keys.filter((key) => !known.has(key));
    const remove = (key: string) => uninstallSchedule(place, key, { forget: false });
    mended.pruned += await withEach(gone, remove, mended);
  };

  const inChunks = async (
    keys: readonly string[],
    { holding }: Desired,
    work: (chunk: readonly string[], held: readonly ScheduleDefinition[]) => Promise<void>,
  ) => {
    for (let n = 0; n < keys.length && !stopping.aborted; n += together) {
      const chunk = keys.slice(n, n + together);
      await holding(chunk, (held) => work(chunk, held));
    }
  };

  return async (): Promise<ReconcileReport> => {
    const wanted = await desired();
    const { fingerprints, isComplete, cause } = wanted;
    const installed = await inspect(place, [...fingerprints.keys()]);
    const { overdue, ...wrong } = compareNow(fingerprints, installed);
    const mended: Mended = { restored: 0, updated: 0, repaired: 0, pruned: 0, failed: 0 };
    await inChunks(Object.values(wrong).flat(), wanted, (_, held) => mendHeld(held, mended));
    if (isComplete) {
      const unknown = (await installedKeys(place)).filter((key) => !fingerprints.has(key));
      await inChunks(unknown, wanted, (chunk, held) => pruneHeld(chunk, held, mended));
    }
    return {
      schedules: fingerprints.size,
      ...mended,
      overdue: overdue.length,
      complete: isComplete,
      ...(cause !== undefined && { reason: databaseFailure(cause).message }),
    };
  };
};
