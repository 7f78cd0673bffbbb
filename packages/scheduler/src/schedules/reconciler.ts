import type { Catalog } from '@drover/jobs/catalog';
import type { ScheduleDefinition } from '@drover/jobs/schedules/definition';
import type { SchedulePlace } from '@drover/jobs/schedules/place';
import { databaseFailure } from '@drover/shared/database/failures';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { toError } from '@drover/shared/errors';
import { aboutEvery } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { whenReachable } from '@drover/shared/redis/when-reachable';
import { createDesired } from './desired.ts';
import { countInstalled } from './inspect.ts';
import { createReconcile, type ReconcileReport } from './reconcile.ts';
import { createUnrunnableReport } from './unrunnable.ts';

/** Time between two rounds, in milliseconds. */
const roundMs = 60_000;

/** How often it is looked whether schedules are lost: then a round begins at once. */
const lookMs = 5_000;

const notReconciled = 'schedules were not reconciled; trying again';

export interface ReconcilerOptions {
  declared: readonly ScheduleDefinition[];
  place: SchedulePlace;
  db: Transactional;
  catalog: Catalog;
  log: Log;
  /** Told of each round. */
  onReport?: ((report: ReconcileReport) => void) | undefined;
  /** For tests; default {@link lookMs}. */
  lookMs?: number;
}

const hasChanged = ({ restored, updated, pruned, repaired, failed }: ReconcileReport): boolean =>
  restored + updated + pruned + repaired + failed > 0;

/**
 * Keeps the schedules in Redis true: at start, every minute, and as soon as some are lost. Any number
 * of processes may do so at once.
 */
export const reconciler = (options: ReconcilerOptions): Component => {
  const { place, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const desired = createDesired(options);
  const reconcile = createReconcile({ desired, place, log, stopping: signal });
  const reportUnrunnable = createUnrunnableReport(options);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let nextRoundAt = 0;
  let count = 0;
  let wasComplete = true;

  const tell = (report: ReconcileReport) => {
    options.onReport?.(report);
    log[hasChanged(report) ? 'info' : 'debug'](report, 'schedules reconciled');
    if (report.overdue > 0) {
      log.warn({ schedules: report.overdue }, 'schedules are due and no worker takes them');
    }
    if (wasComplete && !report.complete) {
      log.warn(
        { reason: report.reason },
        'schedules could not be read from Postgres: only the declared ones are looked after',
      );
    }
    wasComplete = report.complete;
  };

  const round = async () => {
    tell(await reconcile());
    count = await countInstalled(place);
    nextRoundAt = performance.now() + aboutEvery(roundMs);
    await reportUnrunnable().catch((thrown: unknown) =>
      log.debug({ reason: databaseFailure(thrown).message }, 'job types were not compared'),
    );
  };

  const look = async () => {
    const isDue = performance.now() >= nextRoundAt || (await countInstalled(place)) < count;
    if (isDue && !signal.aborted) await round();
  };

  const begin = () => {
    running = look()
      .catch((thrown: unknown) => {
        log.warn({ reason: toError(thrown).message }, notReconciled);
      })
      .then(() => {
        if (!signal.aborted) timer = setTimeout(begin, options.lookMs ?? lookMs);
      });
  };

  return {
    name: 'reconciler',
    start: async () => {
      const first = () =>
        round().catch((thrown: unknown) => {
          if (isRedisUnavailable(thrown)) throw thrown;
          log.warn({ reason: toError(thrown).message }, notReconciled);
        });
      await whenReachable('reconciling schedules', first, { stopping: signal, log });
      if (!signal.aborted) timer = setTimeout(begin, options.lookMs ?? lookMs);
    },
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
};
