import { setTimeout as sleep } from 'node:timers/promises';
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

/** Schedules that are written at once: each is a round trip, and they share them. */
const together = 100;

/** How long writing a new schedule to both stores may take, in milliseconds; see {@link createReconcile}. */
const settleMs = 2_000;

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
  settleMs?: number;
}

/**
 * Makes BullMQ's job schedulers what the schedules say: what is missing or outdated is written, what is
 * gone is removed, what has fallen silent or out of step is set right. Any number of processes may do
 * so at once, and beside an API that changes schedules. A new schedule is written to Redis before its
 * transaction ends: so one that only Redis has is removed when it is still unknown a while later.
 */
export const createReconcile = (options: ReconcileOptions) => {
  const { desired, place, log, stopping, now = Date.now } = options;
  const isInStep = createStepCheck();

  const inChunks = async <T>(
    all: readonly T[],
    work: (one: T) => Promise<unknown>,
  ): Promise<number> => {
    let failed = 0;
    for (let n = 0; n < all.length && !stopping.aborted; n += together) {
      const outcomes = await Promise.allSettled(all.slice(n, n + together).map(work));
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue;
        if (isRedisUnavailable(outcome.reason)) throw outcome.reason;
        failed += 1;
        log.warn({ reason: toError(outcome.reason).message }, 'a schedule was not written');
      }
    }
    return failed;
  };

  /** Writes those that are still to be there, and are not there by now as they should be. */
  const write = async (
    keys: readonly string[],
    { find }: Desired,
    installed: ReadonlyMap<string, Installed>,
  ) => {
    if (keys.length === 0) return { written: 0, failed: 0 };
    const definitions = (await find(keys)).filter(
      (it) => installed.get(scheduleKey(it))?.fingerprint !== scheduleFingerprint(it),
    );
    const failed = await inChunks(definitions, (it) => installSchedule(place, it));
    return { written: definitions.length - failed, failed };
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

  const repair = async (
    keys: readonly string[],
    { find }: Desired,
    installed: ReadonlyMap<string, Installed>,
  ) => {
    if (keys.length === 0) return { repaired: 0, failed: 0 };
    const definitions = await find(keys);
    const failed = await inChunks(definitions, (it) =>
      repairOne(it, installed.get(scheduleKey(it))),
    );
    return { repaired: definitions.length - failed, failed };
  };

  const prune = async ({ fingerprints, isComplete, find }: Desired): Promise<number> => {
    if (!isComplete) return 0;
    const unknown = (await installedKeys(place)).filter((key) => !fingerprints.has(key));
    if (unknown.length === 0) return 0;
    await sleep(options.settleMs ?? settleMs, undefined, { signal: stopping }).catch(
      () => undefined,
    );
    if (stopping.aborted) return 0;
    const known = new Set((await find(unknown)).map(scheduleKey));
    const gone = unknown.filter((key) => !known.has(key));
    await inChunks(gone, (key) => uninstallSchedule(place, key, { forget: false }));
    return gone.length;
  };

  return async (): Promise<ReconcileReport> => {
    const wanted = await desired();
    const installed = await inspect(place, [...wanted.fingerprints.keys()]);
    const findings = compare(wanted.fingerprints, installed, { now: now(), isInStep });
    const restored = await write(findings.missing, wanted, installed);
    const updated = await write(findings.outdated, wanted, installed);
    const repaired = await repair([...findings.silent, ...findings.outOfStep], wanted, installed);
    return {
      schedules: wanted.fingerprints.size,
      restored: restored.written,
      updated: updated.written,
      pruned: await prune(wanted),
      repaired: repaired.repaired,
      overdue: findings.overdue.length,
      failed: restored.failed + updated.failed + repaired.failed,
      complete: wanted.isComplete,
      ...(wanted.cause !== undefined && { reason: databaseFailure(wanted.cause).message }),
    };
  };
};
