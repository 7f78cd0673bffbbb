import { newJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsOf } from './redis-commands.ts';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = { type: 'demo.echo', payload: { value: 1 } };
const keyOf = (suffix: string) => api.queues.get('demo', 0).toKey(suffix);

/** What one read costs. */
const costOf = (id: string) => commandsOf(api, () => api.ask(`/jobs/${id}`));

test('reading a job searches no list, however long the backlog is', async () => {
  const { id } = (await api.submit(echo)).body;
  for (const wanted of [id, newJobId('demo', 0)]) {
    const { sent, inside } = await costOf(wanted);
    expect(inside).toContain('hgetall');
    const searches = [...sent, ...inside].filter((command) =>
      /^[lsz](pos|range|members|scan)/.test(command),
    );
    expect(searches).toEqual([]);
  }
});

test('reading a job is one command to Redis', async () => {
  const { id } = (await api.submit(echo)).body;
  await api.ask(`/jobs/${id}`);
  expect((await costOf(id)).sent).toEqual(['evalsha']);
});

test('data that is no JSON is shown as missing', async () => {
  const { id } = (await api.submit(echo)).body;
  await api.queues.redis.hset(keyOf(id), 'progress', '{', 'stacktrace', 'nonsense');
  const answer = await api.ask(`/jobs/${id}`);
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'queued', progress: 0, error: null },
  });
});

test('ids of queues that are not ours leave no trace in Redis', async () => {
  const before = await api.queues.redis.keys(`*${api.config.redis.keyPrefix}*`);
  for (const queue of ['nonsense', 'constructor', 'demo', 'mail']) {
    expect((await api.ask(`/jobs/${newJobId(queue, 77)}`)).status).toBe(404);
  }
  expect(await api.queues.redis.keys(`*${api.config.redis.keyPrefix}*`)).toEqual(before);
});
