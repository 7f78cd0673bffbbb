import { queueNames } from '@drover/jobs/definition/queues';
import { expect, test } from 'vitest';
import { queueFixture } from './queue-fixtures.ts';
import { commandsOf } from './redis-commands.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

/** What one `GET /queues` costs. */
const costOf = (api: RunningApi) =>
  commandsOf(api, async () => {
    expect((await api.ask('/queues', { key: keys.operator })).status).toBe(200);
  });

test('all queues cost one command for each queue and partition and one for all settings, whatever the backlog', async () => {
  await using api = await startApi({ PARTITIONS: '2' });
  await api.ask('/queues', { key: keys.operator });
  await using fixture = queueFixture(api, 'demo', 1);
  for (const priority of [1, 2, 3]) await fixture.waiting(priority);
  await fixture.queue.add('demo.echo', {});
  const before = await costOf(api);
  const figures = Array.from({ length: 2 * queueNames.length }, () => 'evalsha');
  expect(before.sent.toSorted()).toEqual([...figures, 'hgetall']);

  const more = { name: 'demo.echo', data: {} };
  await fixture.queue.addBulk(
    [0, 1, 2, 3].flatMap((priority) =>
      Array.from({ length: 100 }, () => ({ ...more, opts: { priority } })),
    ),
  );
  const after = await costOf(api);
  expect(after.sent).toEqual(before.sent);
  // The other end of a list is a job of its own now.
  expect(after.inside.length - before.inside.length).toBeLessThanOrEqual(2);
});
