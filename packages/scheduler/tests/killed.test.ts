import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testEnvironment } from '../../../tests/servers/configuration.ts';
import { installedKeys } from '../src/schedules/inspect.ts';
import { hourly, openReconcilers, type Reconcilers } from './running-reconciler.ts';

const root = resolve(import.meta.dirname, '../../..');
const count = 3_000;

/** A scheduler process on the stores of a test. */
const launch = async ({ place, database }: Reconcilers) => {
  const prefix = place.keys.partition(0).slice(1, -'-0}'.length);
  const env = testEnvironment({
    NODE_ENV: 'production',
    KEY_PREFIX: prefix,
    DATABASE_URL: database.url,
    SCHEDULER_PORT: String(await freePort()),
    WORKER_PORT: String(await freePort()),
    PORT: String(await freePort()),
  });
  return spawn(process.execPath, ['packages/scheduler/src/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'ignore',
  });
};

test('a scheduler that is killed in the midst of it leaves what another one completes', async () => {
  await using them = await openReconcilers();
  for (let n = 0; n < count; n += 1) await them.keep({ ...hourly, id: `hourly-${n}` });
  const installed = async () => (await installedKeys(them.place)).length;

  const killed = await launch(them);
  const ended = once(killed, 'exit');
  while ((await installed()) === 0) await sleep(2);
  killed.kill('SIGKILL');
  await ended;

  const [report] = await Promise.all([them.round(), them.round()]);
  expect(report.failed).toBe(0);
  expect(await installed()).toBe(count);
  expect(await them.place.queue.getDelayedCount()).toBe(count);
  expect(await them.round()).toMatchObject({ restored: 0, updated: 0, repaired: 0 });
}, 60_000);
