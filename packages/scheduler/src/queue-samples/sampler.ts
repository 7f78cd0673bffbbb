import type { QueuePlaces } from '@drover/jobs/operations/queue-status';
import { takeLatencies } from '@drover/jobs/queue-samples/latencies';
import { sampleEveryMs, sampleSlot, takeSample } from '@drover/jobs/queue-samples/sample';
import { addSample, removeSamples } from '@drover/jobs/queue-samples/table';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { inRounds } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';

/** How often each process asks whether a sample is due, and how often old ones go; milliseconds. */
const askEveryMs = 2_500;
const pruneEveryMs = 600_000;

/** Samples are kept for eight days: the page shows seven. */
const keepMs = 8 * 86_400_000;

/** Whether this process is the first of all that asks in this span of ten seconds. */
const isOurTurn = async ({ redis, keys }: QueuePlaces, now: number): Promise<boolean> => {
  const left = sampleEveryMs - (now - sampleSlot(now));
  return (await redis.set(keys.queueSampler, process.pid, 'PX', left, 'NX')) === 'OK';
};

/**
 * Writes down every ten seconds how full the queues are, and how long jobs take. Any number of
 * processes may run: one of them does it each time.
 */
export const queueSampler = (options: {
  places: QueuePlaces;
  pool: Queryable;
  log: Log;
}): Component => {
  const { places, pool, log } = options;
  return inRounds({
    name: 'queue sampler',
    everyMs: askEveryMs,
    round: async () => {
      const now = Date.now();
      if (!(await isOurTurn(places, now))) return;
      const at = sampleSlot(now);
      const [load, { waits, runs }] = await Promise.all([
        takeSample(places, now),
        takeLatencies(places, { after: at - sampleEveryMs, until: at }),
      ]);
      await addSample(pool, places.keys.partition(0), { at, ...load, waits, runs });
    },
    failed: 'the queues were not sampled; trying again',
    log,
  });
};

/** Removes samples that nobody asks for any more. */
export const queueSampleJanitor = ({ pool, log }: { pool: Queryable; log: Log }): Component =>
  inRounds({
    name: 'queue sample janitor',
    everyMs: pruneEveryMs,
    round: () => removeSamples(pool, Date.now() - keepMs),
    failed: 'old samples of the queues were not removed; trying again',
    log,
  });
