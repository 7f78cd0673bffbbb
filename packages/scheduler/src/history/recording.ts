import { setTimeout as sleep } from 'node:timers/promises';
import { databaseFailure } from '@drover/shared/database/failures';
import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import { createPace } from './pace.ts';
import { createRecorder, pressing, type RecorderOptions } from './recorder.ts';

/** How often it is looked for news when there were few; what comes in between is written together. */
const pollMs = 250;

/** With many partitions it is looked less often: each takes a command. */
const pollMsPerPartition = 10;

/** How soon it is tried again after Redis or Postgres has failed, at first and at last; milliseconds. */
const retryMs = { first: 250, last: 5_000 };

/** How often the streams are tended and what others left is taken over, in milliseconds. */
const tendMs = 10_000;

/**
 * Records what becomes of jobs, a fraction of a second behind; further behind while the machine is busy
 * with other things and there is room in the streams. While Redis or Postgres is away it waits; what was
 * read and not recorded is recorded later, by this process or another one.
 */
export const historyRecorder = (options: RecorderOptions): Component => {
  const { log, partitions } = options;
  const recorder = createRecorder(options);
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> = Promise.resolve();
  let tendAt = 0;
  let failures = 0;

  const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  const pace = createPace(rest);
  const restMs = Math.max(pollMs, partitions * pollMsPerPartition);

  const work = async (): Promise<void> => {
    const startedAt = performance.now();
    const { hasMore } = await recorder.round();
    // Who gives way works off what it has begun first: all of it counts.
    if (pace.isBusy) await recorder.settle();
    const workedMs = performance.now() - startedAt;
    if (performance.now() >= tendAt) {
      await recorder.tend();
      tendAt = performance.now() + tendMs;
    }
    if (failures > 0) log.info('history is recorded again');
    failures = 0;
    const leastMs = hasMore ? 0 : restMs;
    if (hasMore && (await recorder.fullness()) >= pressing) return;
    await pace.giveWay(workedMs, leastMs);
  };

  const run = async () => {
    while (!signal.aborted) {
      try {
        await work();
      } catch (thrown) {
        const reason = databaseFailure(toError(thrown)).message;
        if (failures === 0) log.warn({ reason }, 'history is not recorded now; trying again');
        failures += 1;
        await rest(Math.min(retryMs.last, retryMs.first * 2 ** Math.min(failures, 10)));
      }
    }
  };

  return {
    name: 'history recorder',
    start: async () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
      // What is not recorded now another process takes over, or this one when it is back.
      await recorder.finish().catch(() => undefined);
    },
  };
};
