// graphile-worker as its page on performance says: https://worker.graphile.org/docs/performance
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { inBatches, storeUrl, value } from './rival.ts';
import { serve } from './serve.ts';

const pollMs = 2;

const preset = {
  worker: {
    connectionString: process.env[storeUrl] ?? '',
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    logger: new Logger(() => () => undefined),
  },
};
const utils = await makeWorkerUtils({ preset });
await utils.migrate();

/** A job that is done is a row that is gone. */
const countRows = async (): Promise<number> =>
  utils.withPgClient(async (client) => {
    const { rows } = await client.query(
      'select count(*)::int as n from graphile_worker._private_jobs',
    );
    return rows[0].n;
  });

serve({
  enqueue: (count) =>
    inBatches(count, (size) =>
      utils.addJobs(
        Array.from({ length: size }, () => ({ identifier: 'noop', payload: { value } })),
      ),
    ),

  execute: async (count, started) => {
    const all = Promise.withResolvers<void>();
    let done = 0;
    const runner = await run({
      preset,
      taskList: {
        noop: async () => {
          started();
          done += 1;
          if (done === count) all.resolve();
        },
      },
    });
    await all.promise;
    while ((await countRows()) > 0) await sleep(pollMs);
    void runner.stop();
  },
});
