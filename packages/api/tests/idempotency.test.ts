import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = (value: unknown) => ({ type: 'demo.echo', payload: { value } });
const submit = (value: unknown, key: string, init: { key?: string } = {}) =>
  api.submit(echo(value), { ...init, headers: { 'idempotency-key': key } });

test('the same key and body are the same job, and say so', async () => {
  const first = await submit(1, 'same');
  const again = await submit(1, 'same');
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(again).toMatchObject({ status: 202, body: first.body });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
});

test('a replay shows the job as it is now', async () => {
  const { body } = await submit('now', 'now');
  await using _worker = await startWorkerOf(api);
  await api.ask(`/jobs/${body.id}`, { headers: { prefer: 'wait=20' } });
  expect(await submit('now', 'now')).toMatchObject({ status: 200, body: { status: 'succeeded' } });
});

test.each([
  ['payload', echo(2)],
  [
    'type, of another queue',
    { type: 'email.send', payload: { to: 'a@b.co', subject: '', text: '' } },
  ],
  ['options', { ...echo(1), options: { priority: 1 } }],
])('the same key with another %s is refused, and makes no job', async (what, other) => {
  const headers = { 'idempotency-key': `conflict-${what.slice(0, 4)}` };
  await api.submit(echo(1), { headers });
  const before = await api.countJobs();
  const answer = await api.submit(other, { headers });
  expect(answer).toMatchObject({ status: 422, body: { type: '/problems/idempotency-conflict' } });
  expect(await api.countJobs()).toBe(before);
  const prefix = `{${api.config.redis.keyPrefix}-0}:*`;
  const all = await api.queues.redis.keys(prefix);
  const kinds = await Promise.all(all.map((key) => api.queues.redis.type(key)));
  const hashes = all.filter((_key, i) => kinds[i] === 'hash');
  const placeholders = await Promise.all(
    hashes.map((key) => api.queues.redis.hexists(key, 'placeholder')),
  );
  expect(placeholders).not.toContain(1);
});

test('twenty requests with one key at once make one job', async () => {
  const before = await api.countJobs();
  const answers = await Promise.all(Array.from({ length: 20 }, () => submit('race', 'race')));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
  expect(replayed).toHaveLength(19);
  expect(await api.countJobs()).toBe(before + 1);
});

test('a key is the tenant’s own', async () => {
  const ours = await submit(1, 'tenant');
  const theirs = await submit(2, 'tenant', { key: keys.other });
  expect(theirs).toMatchObject({ status: 202, body: { payload: { value: 2 } } });
  expect(theirs.body.id).not.toBe(ours.body.id);
});

test('a key whose job is gone makes no second one', async () => {
  const { body } = await submit('gone', 'gone');
  await (await api.queues.get('demo', 0).getJob(body.id))?.remove();
  expect(await submit('gone', 'gone')).toMatchObject({
    status: 410,
    body: { type: '/problems/job-gone' },
  });
});

test('a key is kept for 24 hours', async () => {
  const before = new Set(await api.queues.redis.keys('*:idempotency:*'));
  await submit('kept', 'kept');
  const [record] = (await api.queues.redis.keys('*:idempotency:*')).filter((it) => !before.has(it));
  const left = await api.queues.redis.pttl(record ?? '');
  expect(left).toBeGreaterThan(86_390_000);
  expect(left).toBeLessThanOrEqual(86_400_000);
});

test('with a dedupe key, the key stands for the job that there was', async () => {
  const options = { dedupe: { key: 'both' } };
  const first = await api.submit({ ...echo(1), options });
  const headers = { 'idempotency-key': 'both' };
  const second = await api.submit({ ...echo(2), options }, { headers });
  const replay = await api.submit({ ...echo(2), options }, { headers });
  expect(second.headers.get('deduplicated')).toBe('true');
  expect(replay.headers.get('idempotency-replayed')).toBe('true');
  expect([second.body.id, replay.body.id]).toEqual([first.body.id, first.body.id]);
});

describe('the header', () => {
  test('a quoted string is what stands in the quotes', async () => {
    const plain = await submit('quoted', 'a "quoted" key');
    const quoted = await submit('quoted', '"a \\"quoted\\" key"');
    expect(quoted.body.id).toBe(plain.body.id);
  });

  test.each(['', '""', 'x'.repeat(256), 'tab\tinside', 'ümlaut'])('%j is refused', async (key) => {
    const before = await api.countJobs();
    const answer = await submit(1, key);
    expect(answer).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-idempotency-key' },
    });
    expect(await api.countJobs()).toBe(before);
  });
});

test('an invalid submission leaves its key free', async () => {
  const headers = { 'idempotency-key': 'invalid' };
  expect((await api.submit({ type: 'demo.echo' }, { headers })).status).toBe(422);
  expect((await api.submit(echo(1), { headers })).status).toBe(202);
});
