import { expect, test } from 'vitest';
import { createClient } from '../../packages/client/src/index.ts';
import { startSystem } from './running-system.ts';

const jobs = 600;

test('no dead letter is missing when workers are killed while jobs fail', async () => {
  await using system = await startSystem({ roles: ['api', 'scheduler', 'scheduler'] });
  const client = createClient({ url: system.url, key: 'dev' });
  const { items: outcomes } = await client.batch(
    Array.from({ length: jobs }, () => ({
      type: 'demo.fail' as const,
      payload: { failures: 1, permanent: true },
    })),
  );
  const ids = outcomes.map((it) => ('job' in it ? it.job.id : ''));
  const failed = async () =>
    (await client.queues()).find(({ name }) => name === 'demo')?.counts.failed ?? 0;
  for (let killed = 0; killed < 3; killed += 1) {
    const before = await failed();
    const { child, ended } = await system.start('worker');
    while ((await failed()) < Math.min(jobs, before + 50));
    child.kill('SIGKILL');
    await ended;
  }
  await system.start('worker');
  for (const id of ids) expect((await client.wait(id)).status).toBe('failed');
  const letters = async () =>
    (await Array.fromAsync(client.deadLetters.list())).map(({ id }) => id);
  await expect.poll(letters, { timeout: 60_000, interval: 1_000 }).toHaveLength(jobs);
  expect(new Set(await letters())).toEqual(new Set(ids));
  const { items } = await client.deadLetters.groups();
  expect(items).toMatchObject([{ count: jobs }]);
});
