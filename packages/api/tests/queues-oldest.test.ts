import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueFixture } from './queue-fixtures.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

const hours = 3_600_000;

describe.each([1, 2])('the oldest queued job over %i partitions', (partitions) => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi({ PARTITIONS: String(partitions) });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  /** In whole hours: what a test takes itself does not matter. */
  const oldest = async () => {
    const { body } = await api.ask('/queues/demo', { key: keys.operator });
    return body.oldestQueuedMs === null ? null : Math.floor(body.oldestQueuedMs / hours);
  };
  const demo = (partition = partitions - 1) => queueFixture(api, 'demo', partition);

  test('it is none while nothing waits', async () => {
    await using fixture = demo();
    await fixture.running();
    await fixture.succeeded();
    await fixture.scheduled();
    await fixture.blocked();
    expect(await oldest()).toBeNull();
  });

  test('it may have any priority, and be in any partition', async () => {
    await using fixture = demo();
    await using other = demo(0);
    await fixture.waiting(1, 1 * hours);
    expect(await oldest()).toBe(1);
    await other.waiting(10, 3 * hours);
    expect(await oldest()).toBe(3);
    await fixture.waiting(5, 5 * hours);
    expect(await oldest()).toBe(5);
    await fixture.waiting(10, 2 * hours);
    expect(await oldest()).toBe(5);
  });

  test('it is the one that waits longest of its priority', async () => {
    await using fixture = demo();
    for (const age of [4, 3, 2, 1]) await fixture.waiting(5, age * hours);
    expect(await oldest()).toBe(4);
  });

  test('it has a priority or none', async () => {
    await using fixture = demo();
    await fixture.queue.add('demo.echo', {}, { timestamp: Date.now() - 6 * hours });
    await fixture.queue.add('demo.echo', {}, { timestamp: Date.now() - 1 * hours });
    await fixture.waiting(5, 2 * hours);
    expect(await oldest()).toBe(6);
  });

  test('a scheduled job waits from its time on, moved to the queue or not', async () => {
    await using fixture = demo();
    const timestamp = Date.now() - 8 * hours;
    await fixture.queue.add('demo.echo', {}, { priority: 5, timestamp, delay: 6 * hours });
    expect(await oldest()).toBe(2);
    await fixture.running();
    expect(await fixture.queue.getJobCounts('delayed', 'prioritized')).toEqual({
      delayed: 0,
      prioritized: 1,
    });
    expect(await oldest()).toBe(2);
  });

  test('a job that is to be retried waits from the time of its next attempt on', async () => {
    await using fixture = demo();
    const job = await fixture.waiting(5, 9 * hours);
    await fixture.note('retrying', job, Date.now() - 2 * hours);
    expect(await oldest()).toBe(2);
  });

  test('jobs of a paused queue wait', async () => {
    await using fixture = demo();
    await fixture.queue.pause();
    await fixture.waiting(5, 7 * hours);
    expect(await oldest()).toBe(7);
  });

  test('a job whose hash is gone is passed over', async () => {
    await using fixture = demo();
    const gone = await fixture.waiting(1, 7 * hours);
    await fixture.waiting(5, 3 * hours);
    await api.queues.redis.del(fixture.key(gone.id ?? ''));
    expect(await oldest()).toBe(3);
  });
});
