import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ledger, openLedger, readLedger } from '../../../e2e/faults/ledger/ledger.ts';
import type { Finding } from '../findings.ts';
import { judgeLoad } from './judge.ts';
import type { Outage } from './outages.ts';
import { startLoad } from './steady-load.ts';

/** Submits all the while that something is done, and judges what came of it. */
export const withLoad = async (
  options: { name: string; url: string; rate: number },
  act: (ledger: Ledger) => Promise<readonly Outage[]>,
): Promise<Finding[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-compose-'));
  try {
    const path = join(folder, 'ledger.jsonl');
    const ledger = openLedger(path);
    const load = startLoad({ ...options, ledger, run: `${options.name}-${Date.now()}` });
    const outages = await act(ledger).catch(async (err: unknown) => {
      await load.end();
      throw err;
    });
    const requests = await load.end();
    const entries = await readLedger(path);
    return await judgeLoad({ ...options, requests, entries, outages });
  } finally {
    await rm(folder, { recursive: true });
  }
};
