import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { runFaults } from './run-faults.ts';

/** Always the same jobs and faults; `npm run test:faults` tries others, and more of them. */
const seed = 'npm test';
const limitMs = 240_000;

test(
  'whatever dies, freezes or is cut off: each job that was accepted ends once',
  async () => {
    const folder = join(root, '.drover', 'faults', `test-${process.pid}`);
    await mkdir(folder, { recursive: true });
    const { hasFailed, report } = await runFaults({
      seed,
      jobs: 400,
      rate: 25,
      sizes: { api: 2, worker: 2, scheduler: 2 },
      gapMs: [500, 1_500],
      postgresDownMs: [1_000, 3_000],
      folder,
    });
    console.log(`${report}\n\nLedger, logs and the data of Redis: ${folder}`);
    expect(hasFailed).toBe(false);
    await rm(folder, { recursive: true });
  },
  limitMs,
);
