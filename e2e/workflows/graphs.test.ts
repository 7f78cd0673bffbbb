import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { runGraphs } from './run-graphs.ts';

/** Always the same graphs; `npm run test:graphs` tries others, and more of them. */
const seed = 20_260_830;
const limitMs = 240_000;

test(
  'whatever dies: every workflow ends once, no step begins before its needs, and who is due is told',
  async () => {
    const folder = join(root, '.drover', 'graphs', `test-${process.pid}`);
    const report = await runGraphs({
      seed,
      graphs: 40,
      rate: 4,
      sizes: { api: 1, worker: 2, scheduler: 1 },
      gapMs: [500, 2_500],
      databaseUrl: inject('databaseUrl'),
      folder,
    });
    console.log(report);
    expect(report.faults).toEqual([]);
    expect(report.events).toBeGreaterThan(40);
    expect(report.kills).toBeGreaterThan(3);
    await rm(folder, { recursive: true });
  },
  limitMs,
);
