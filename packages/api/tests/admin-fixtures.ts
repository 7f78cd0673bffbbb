import { prepareDatabase } from '@drover/jobs/database/prepare';
import { keepWorker } from '@drover/jobs/operations/worker-record';
import { histogramOf } from '@drover/jobs/queue-samples/percentiles';
import { sampleEveryMs, sampleSlot } from '@drover/jobs/queue-samples/sample';
import { addSample } from '@drover/jobs/queue-samples/table';
import { createPool } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import { type CutOffApi, startCutOffApi } from './cut-off-api.ts';
import type { RunningApi } from './running-api.ts';

/** An API on a prepared database of its own, whose Postgres can be taken away. */
export type PreparedApi = CutOffApi;

export const startPreparedApi = (overrides: Record<string, string> = {}): Promise<PreparedApi> =>
  startCutOffApi(
    ({ url }) => prepareDatabase({ url, name: 'test', demo: false, log: silentLog() }),
    overrides,
  );

/** A wave that looks like a day of work, from 0 to 1. */
const wave = (n: number): number => (1 + Math.sin(n / 40)) / 2;

/** Samples of the last so many minutes, as the scheduler takes them. */
export const writeSamples = async (
  { api, database }: PreparedApi,
  minutes: number,
): Promise<void> => {
  const pool = createPool({ url: database.url, max: 1, name: 'test', log: silentLog() });
  const now = sampleSlot(Date.now());
  const samples = (minutes * 60_000) / sampleEveryMs;
  for (let n = samples; n >= 0; n -= 1) {
    const done = (samples - n) * 20;
    await addSample(pool, api.queues.keys.partition(0), {
      at: now - n * sampleEveryMs,
      queued: Math.round(wave(n) * 120),
      running: 8,
      succeededTotal: done + Math.round(wave(n) * 200),
      failedTotal: Math.floor(done / 60),
      waits: histogramOf([2, 3 + wave(n) * 30, 12, 80 + wave(n) * 100]),
      runs: histogramOf([20, 25 + wave(n) * 10, 30, 45 + wave(n) * 180]),
    });
  }
  await pool.end();
};

/** A worker that is alive, and runs a job. */
export const writeWorker = async (
  api: RunningApi,
  host: string,
  version = '0.1.0',
): Promise<void> => {
  const { redis, keys } = api.queues;
  const at = new Date(Date.now() - 754_000).toISOString();
  await keepWorker(
    { redis, keys },
    {
      id: `${host}:4711:x7k2`,
      host,
      pid: 4_711,
      version,
      state: 'running',
      startedAt: at,
      lastHeartbeatAt: new Date().toISOString(),
      queues: [
        { name: 'media', concurrency: 2 },
        { name: 'mail', concurrency: 10 },
      ],
      memory: { residentBytes: 112_394_240, heapBytes: 31_457_280 },
      eventLoopDelayMs: 10.9,
      running: [
        { id: 'mail.0.01k3v9m8x7e6t5r4w3q2p1n0zz', type: 'email.send', attempt: 2, startedAt: at },
      ],
    },
  );
};
