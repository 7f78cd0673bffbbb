import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import { expect, test, vi } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { type RunningApi, startApi } from '../../api/tests/running-api.ts';
import { startWorkerOf } from '../../api/tests/running-worker.ts';
import { composeScheduler } from '../src/app.ts';
import { examineBy } from './doctor-fixtures.ts';

const startSchedulerOf = async ({ config }: RunningApi): Promise<AsyncDisposable> => {
  const log = silentLog();
  const ports = { ...config.ports, scheduler: await freePort() };
  const stack = createStack(composeScheduler({ ...config, ports }, log), log);
  await stack.start();
  return {
    [Symbol.asyncDispose]: async () => {
      await stack.stop(deadlineIn(5_000));
    },
  };
};

/** What depends on how busy the machine is, and how many tests use its Postgres. */
const ofTheMachine = ['redis latency', 'postgres connections', 'workers'];

test('of a Drover that runs well, all is well', async () => {
  // Schedules of other tests are none of this one's.
  await using database = await createDatabase();
  const surroundings = { DATABASE_URL: database.url };
  await using api = await startApi(surroundings);
  await using _worker = await startWorkerOf(api);
  await using _scheduler = await startSchedulerOf(api);
  const { keyPrefix } = api.config.redis;
  const keys = createKeys(keyPrefix);
  await vi.waitFor(
    async () => expect(await api.queues.redis.exists(keys.declaredSchedules)).toBe(1),
    { timeout: 10_000 },
  );
  await api.submit(
    { type: 'demo.echo', payload: { value: 1 } },
    { headers: { prefer: 'wait=10' } },
  );
  const { all } = await examineBy({ ...surroundings, KEY_PREFIX: keyPrefix });
  const bad = all.filter(({ status, check }) => status !== 'ok' && !ofTheMachine.includes(check));
  expect(bad).toEqual([]);
});
