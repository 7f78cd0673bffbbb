import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../scripts/checkout.ts';
import { send } from './client/http.ts';
import { entriesOf } from './evidence/evidence.ts';
import { openLedger, readLedger } from './ledger/ledger.ts';
import { startFleet } from './processes/fleet.ts';
import { startMortalRedis } from './processes/store.ts';

const pollMs = 50;

/** The entries of that kind, as soon as there are so many. */
const untilWritten = async (path: string, what: 'start' | 'effect' | 'end', count: number) => {
  for (;;) {
    const found = entriesOf(await readLedger(path), what);
    if (found.length >= count) return found;
    await sleep(pollMs);
  }
};

test('a worker that was frozen past its lock cannot finish the job that another has taken', async () => {
  const folder = join(root, '.drover', 'faults', `late-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const ledgerPath = join(folder, 'ledger.jsonl');
  await using redis = await startMortalRedis(join(folder, 'redis'));
  await using fleet = await startFleet({
    sizes: { api: 1, worker: 1, scheduler: 0 },
    redisUrl: redis.url,
    databaseUrl: inject('databaseUrl'),
    folder,
    ledgerPath,
    ledger: openLedger(ledgerPath),
  });
  await fleet.ready();
  const [api, frozen] = fleet.members;
  const body = { type: 'faults.work', payload: { n: 1, ms: 4_000 } };
  const submitted = await send('POST', `${api?.url}/jobs`, { body });
  const { id } = z.object({ id: z.string() }).parse(submitted?.body);

  // Its effect is done; what is left is two seconds of work, and to tell Redis.
  await untilWritten(ledgerPath, 'effect', 1);
  frozen?.signal('SIGSTOP');
  await fleet.grow('worker');
  const [late, heir] = await untilWritten(ledgerPath, 'start', 2);
  frozen?.signal('SIGCONT');
  expect(await untilWritten(ledgerPath, 'end', 1)).toMatchObject([
    { run: late?.run, outcome: 'returned' },
  ]);

  // It has tried to tell Redis when it has stopped in good order; the heir is still at work.
  await frozen?.end('SIGTERM');
  const read = async () => (await send('GET', `${api?.url}/jobs/${id}`))?.body;
  await expect.poll(read, { timeout: 10_000 }).toMatchObject({
    status: 'succeeded',
    result: { run: heir?.run },
    attempts: { made: 1 },
  });
  await rm(folder, { recursive: true });
});
