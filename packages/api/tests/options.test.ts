import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
let worker: AsyncDisposable;
beforeAll(async () => {
  api = await startApi();
  worker = await startWorkerOf(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const echo = { type: 'demo.echo', payload: { value: 1 } };
const wait = { headers: { prefer: 'wait=20' } };

describe('options of a submission', () => {
  test('delay and runAt schedule the job', async () => {
    const runAt = new Date(Date.now() + 3_600_000);
    const inAnHour = { ...echo, options: { runAt: runAt.toISOString() } };
    const scheduled = (await api.submit(inAnHour)).body;
    expect(scheduled).toMatchObject({ status: 'scheduled', runAt: runAt.toISOString() });
    const delayed = (await api.submit({ ...echo, options: { delay: '1h' } })).body;
    expect(delayed.status).toBe('scheduled');
    expect(Date.parse(delayed.runAt) - Date.parse(delayed.createdAt)).toBe(3_600_000);
    expect((await api.ask(`/jobs/${delayed.id}`)).body).toEqual(delayed);
  });

  test('a delayed job runs when its time has come, not before', async () => {
    const { body } = await api.submit({ ...echo, options: { delay: 300 } }, wait);
    expect(body.status).toBe('succeeded');
    expect(Date.parse(body.startedAt)).toBeGreaterThanOrEqual(Date.parse(body.runAt));
    expect(Date.parse(body.runAt) - Date.parse(body.createdAt)).toBe(300);
  });

  test('a runAt that has passed means now', async () => {
    const runAt = '2020-01-01T00:00:00+02:00';
    expect((await api.submit({ ...echo, options: { runAt } })).body.status).toBe('queued');
  });

  test('priority, tags and attempts are kept with the job; a tag counts once', async () => {
    const options = { priority: 1, tags: ['a', 'ü b', 'a'], attempts: 7 };
    const { body } = await api.submit({ ...echo, options });
    expect(body).toMatchObject({ priority: 1, tags: ['a', 'ü b'], attempts: { made: 0, max: 7 } });
    const stored = (await api.ask(`/jobs/${body.id}`, wait)).body;
    expect(stored).toMatchObject({
      priority: 1,
      tags: ['a', 'ü b'],
      attempts: { made: 1, max: 7 },
    });
  });

  test('attempts and backoff rule the retries', async () => {
    const options = { attempts: 3, backoff: { kind: 'fixed', delay: 200, jitter: 0 } };
    const failing = { type: 'demo.fail', payload: { failures: 9 }, options };
    const { body } = await api.submit(failing, wait);
    expect(body).toMatchObject({ status: 'failed', attempts: { made: 3, max: 3 } });
    const lasted = Date.parse(body.finishedAt) - Date.parse(body.createdAt);
    expect(lasted).toBeGreaterThanOrEqual(400);
  });

  test('timeout ends an attempt that takes longer', async () => {
    const options = { attempts: 1, timeout: 50 };
    const { body } = await api.submit(
      { type: 'demo.sleep', payload: { ms: 60_000 }, options },
      wait,
    );
    expect(body).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  test('retention keeps a job longer or shorter than the default', async () => {
    const day = 86_400_000;
    const short = (await api.submit({ ...echo, options: { retention: '1h' } }, wait)).body;
    const long = (await api.submit({ ...echo, options: { retention: '10d' } }, wait)).body;
    const completed = api.queues.get('demo', 0).toKey('completed');
    // BullMQ removes what has a score older than the default of a day.
    await expect
      .poll(() => api.queues.redis.zscore(completed, short.id))
      .toBe(String(Date.parse(short.finishedAt) + 3_600_000 - day));
    await expect
      .poll(() => api.queues.redis.zscore(completed, long.id))
      .toBe(String(Date.parse(long.finishedAt) + 9 * day));
  });

  test('a job that is kept for no time is gone with one of the next two, a minute later', async () => {
    const { body } = await api.submit({ ...echo, options: { retention: 0 } }, wait);
    const completed = api.queues.get('demo', 0).toKey('completed');
    const score = () => api.queues.redis.zscore(completed, body.id);
    const leftAt = Date.parse(body.finishedAt) + 60_000 - 86_400_000;
    await expect.poll(score).toBe(String(leftAt));
    await api.queues.redis.zadd(completed, leftAt - 60_000, body.id);
    await api.submit(echo, wait);
    await api.submit(echo, wait);
    await expect.poll(async () => (await api.ask(`/jobs/${body.id}`)).status).toBe(404);
  });
});

describe('options that cannot be', () => {
  test.each([
    ['priority', { priority: 0 }, '/options/priority'],
    ['priority', { priority: 11 }, '/options/priority'],
    ['priority', { priority: 1.5 }, '/options/priority'],
    ['delay and runAt', { delay: 1, runAt: '2030-01-01T00:00:00Z' }, '/options/runAt'],
    ['a far delay', { delay: '367d' }, '/options/delay'],
    ['a far runAt', { runAt: '2100-01-01T00:00:00Z' }, '/options/runAt'],
    ['a runAt without a zone', { runAt: '2027-01-01T00:00:00' }, '/options/runAt'],
    ['attempts', { attempts: 101 }, '/options/attempts'],
    ['no attempts', { attempts: 0 }, '/options/attempts'],
    ['timeout', { timeout: '30d' }, '/options/timeout'],
    ['no timeout', { timeout: 0 }, '/options/timeout'],
    ['expiresIn', { expiresIn: 'soon' }, '/options/expiresIn'],
    ['too many tags', { tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }, '/options/tags'],
    ['a tag with a comma', { tags: ['a,b'] }, '/options/tags/0'],
    ['a tag with NUL', { tags: ['a\u0000'] }, '/options/tags/0'],
    ['a long tag', { tags: ['x'.repeat(65)] }, '/options/tags/0'],
    ['throttle without ttl', { dedupe: { key: 'k', mode: 'throttle' } }, '/options/dedupe/ttl'],
    ['ttl without a mode', { dedupe: { key: 'k', ttl: '1s' } }, '/options/dedupe/ttl'],
    [
      'debounce with a delay',
      { delay: 5, dedupe: { key: 'k', mode: 'debounce', ttl: '1s' } },
      '/options/delay',
    ],
    ['backoff', { backoff: { kind: 'linear' } }, '/options/backoff/kind'],
    ['an unknown option', { urgent: true }, '/options/urgent'],
  ])('%s: 422 at %s', async (_what, options, pointer) => {
    const before = await api.countJobs();
    const { status, body } = await api.submit({ ...echo, options });
    expect(status).toBe(422);
    expect(body.type).toBe('/problems/invalid-submission');
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
    expect(await api.countJobs()).toBe(before);
  });
});
