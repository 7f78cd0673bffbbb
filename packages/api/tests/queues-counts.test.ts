import { queueNames } from '@drover/jobs/definition/queues';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueFixture } from './queue-fixtures.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

const nothing = {
  scheduled: 0,
  blocked: 0,
  queued: 0,
  running: 0,
  retrying: 0,
  succeeded: 0,
  failed: 0,
  canceled: 0,
  expired: 0,
};

describe.each([1, 2])('over %i partitions', (partitions) => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi({ PARTITIONS: String(partitions) });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const read = async (path: string) => {
    const answer = await api.ask(path, { key: keys.operator });
    expect(answer.status).toBe(200);
    return answer.body;
  };

  test('queues that nothing was ever in are listed too', async () => {
    const { items } = await read('/queues');
    expect(items.map((queue: { name: string }) => queue.name)).toEqual(queueNames);
    expect(items[0]).toMatchObject({
      name: 'media',
      paused: false,
      counts: nothing,
      oldestQueuedMs: null,
      rates: { succeededPerMinute: 0, failedPerMinute: 0 },
    });
  });

  test('every job is counted once, by the status that it has', async () => {
    await using fixture = queueFixture(api, 'demo', partitions - 1);
    await fixture.blocked();
    await fixture.running();
    await fixture.succeeded();
    await fixture.failed();
    await fixture.note('canceled', await fixture.failed());
    await fixture.note('expired', await fixture.failed());
    await fixture.retrying();
    await fixture.scheduled();
    await fixture.scheduled();
    for (const priority of [1, 5, 10]) await fixture.waiting(priority);
    const ones = { blocked: 1, running: 1, retrying: 1, succeeded: 1, failed: 1 };
    expect((await read('/queues/demo')).counts).toEqual({
      ...ones,
      scheduled: 2,
      queued: 3,
      canceled: 1,
      expired: 1,
    });
  });

  test('a queue is the sum of its partitions', async () => {
    const fixtures = Array.from({ length: partitions }, (_, partition) =>
      queueFixture(api, 'mail', partition),
    );
    for (const fixture of fixtures) {
      await fixture.waiting();
      await fixture.scheduled();
      await fixture.note('canceled', await fixture.failed());
    }
    const { items } = await read('/queues');
    const expected = {
      ...nothing,
      queued: partitions,
      scheduled: partitions,
      canceled: partitions,
    };
    expect(items[1]).toMatchObject({ name: 'mail', counts: expected });
    expect((await read('/queues/mail')).counts).toEqual(expected);
    for (const fixture of fixtures) await fixture[Symbol.asyncDispose]();
  });

  test('entries that were left behind make no count negative or too large', async () => {
    await using fixture = queueFixture(api, 'media', partitions - 1);
    const gone = await fixture.waiting();
    await fixture.failed();
    for (const index of ['canceled', 'expired', 'retrying'] as const) {
      await fixture.note(index, gone);
      await fixture.note(index, { ...gone, id: 'another' } as typeof gone, 1);
    }
    await fixture.scheduled();
    expect((await read('/queues/media')).counts).toEqual({
      ...nothing,
      queued: 1,
      scheduled: 1,
      canceled: 1,
    });
  });

  test('a job that has waited for its next attempt is queued, however many are scheduled', async () => {
    await using fixture = queueFixture(api, 'media', 0);
    await fixture.note('retrying', await fixture.waiting());
    await fixture.scheduled();
    expect((await read('/queues/media')).counts).toEqual({ ...nothing, queued: 1, scheduled: 1 });
  });

  test('a job whose next attempt is due stays retrying while no worker is there', async () => {
    await using fixture = queueFixture(api, 'media', 0);
    await fixture.retrying(-1_000);
    await fixture.scheduled();
    expect((await read('/queues/media')).counts).toEqual({ ...nothing, retrying: 1, scheduled: 1 });
  });
});
