import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = { type: 'demo.echo', payload: { value: 1 } };
const later = { ...echo, options: { delay: '1h' } };
const prefer = (value: string) => ({ headers: { prefer: value } });

describe('Prefer: wait', () => {
  test('on a submission: 200 with the finished job', async () => {
    await using _worker = await startWorkerOf(api);
    const answer = await api.submit(echo, prefer('wait=20'));
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'succeeded', result: { value: 1 } },
    });
    expect(answer.headers.get('preference-applied')).toBe('wait=20');
    expect(answer.headers.get('location')).toBe(`/jobs/${answer.body.id}`);
  });

  test('on a submission that takes longer: 202 with the job as it is', async () => {
    const answer = await api.submit(later, prefer('wait=1'));
    expect(answer).toMatchObject({ status: 202, body: { status: 'scheduled' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  test('on a status: as soon as the job has finished, else as it is', async () => {
    const { body } = await api.submit(echo);
    const tooShort = await api.ask(`/jobs/${body.id}`, prefer('wait=1'));
    expect(tooShort).toMatchObject({ status: 200, body: { status: 'queued' } });
    const waiting = api.ask(`/jobs/${body.id}`, prefer('wait=20'));
    await using _worker = await startWorkerOf(api);
    expect((await waiting).body.status).toBe('succeeded');
  });

  test('a job that has finished already is answered at once', async () => {
    const { body } = await api.submit(later);
    await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
    expect((await api.ask(`/jobs/${body.id}`, prefer('wait=60'))).body.status).toBe('canceled');
  });

  test('those who wait for one job are all answered', async () => {
    const { body } = await api.submit(later);
    const waiting = Array.from({ length: 50 }, () =>
      api.ask(`/jobs/${body.id}`, prefer('wait=20')),
    );
    const { redis, keys } = api.queues;
    const channel = keys.changes({ id: body.id, queue: 'demo', partition: 0 });
    await expect.poll(async () => (await redis.pubsub('NUMSUB', channel))[1]).toBe(1);
    await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map((answer) => answer.body.status))).toEqual(new Set(['canceled']));
    await expect.poll(async () => (await redis.pubsub('NUMSUB', channel))[1]).toBe(0);
  });

  test('a client that goes away leaves nothing behind', async () => {
    const { body } = await api.submit(later);
    const { redis, keys } = api.queues;
    const channel = keys.changes({ id: body.id, queue: 'demo', partition: 0 });
    const gone = new AbortController();
    const waiting = api.ask(`/jobs/${body.id}`, { ...prefer('wait=60'), signal: gone.signal });
    await expect.poll(async () => (await redis.pubsub('NUMSUB', channel))[1]).toBe(1);
    gone.abort();
    await expect(waiting).rejects.toThrow();
    await expect.poll(async () => (await redis.pubsub('NUMSUB', channel))[1]).toBe(0);
  });

  test('a lost message is made good by looking again', { timeout: 30_000 }, async () => {
    const { body } = await api.submit(later);
    const waiting = api.ask(`/jobs/${body.id}`, prefer('wait=25'));
    const { redis, keys } = api.queues;
    const channel = keys.changes({ id: body.id, queue: 'demo', partition: 0 });
    await expect.poll(async () => (await redis.pubsub('NUMSUB', channel))[1]).toBe(1);
    // BullMQ alone ends the job, and tells nobody.
    const queue = api.queues.get('demo', 0);
    await redis.zrem(queue.toKey('delayed'), body.id);
    await redis.zadd(queue.toKey('completed'), Date.now(), body.id);
    await redis.hset(queue.toKey(body.id), { finishedOn: Date.now(), returnvalue: '{"value":1}' });
    expect((await waiting).body.status).toBe('succeeded');
  });
});

describe('other preferences', () => {
  test.each([
    ['respond-async', 'respond-async'],
    ['respond-async, wait=0', 'wait=0'],
    ['WAIT = "0"', 'wait=0'],
    ['handling=lenient', null],
    ['wait=soon', null],
    ['wait=-1', null],
    ['await=5', null],
  ])('%s is applied as %s, and answered at once', async (given, applied) => {
    const answer = await api.submit(later, prefer(given));
    expect(answer.status).toBe(202);
    expect(answer.headers.get('preference-applied')).toBe(applied);
  });

  test('a minute is the most', async () => {
    const { body } = await api.submit(later);
    await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
    const answer = await api.ask(`/jobs/${body.id}`, prefer('wait=99999'));
    expect(answer.headers.get('preference-applied')).toBe('wait=60');
  });
});

test('a server that stops answers those who wait with what there is', async () => {
  const stopping = await startApi();
  const { body } = await stopping.submit(later);
  const waiting = stopping.ask(`/jobs/${body.id}`, prefer('wait=60'));
  const channel = stopping.queues.keys.changes({ id: body.id, queue: 'demo', partition: 0 });
  await expect.poll(async () => (await stopping.queues.redis.pubsub('NUMSUB', channel))[1]).toBe(1);
  await stopping[Symbol.asyncDispose]();
  expect(await waiting).toMatchObject({ status: 200, body: { status: 'scheduled' } });
});
