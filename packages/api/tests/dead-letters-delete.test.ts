import { parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deadApiKeys,
  deadKeys,
  deadLetterCalls,
  enterAll,
  plantFailed,
} from './dead-letters-fixtures.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
let worker: AsyncDisposable;
let dead: ReturnType<typeof deadLetterCalls>;
beforeAll(async () => {
  api = await startApi({ API_KEYS: deadApiKeys });
  worker = await startWorkerOf(api);
  dead = deadLetterCalls(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

/** Keys of that job, in all queues. */
const keysOf = async (id: string) => {
  const { redis, keys } = api.queues;
  return redis.keys(`${keys.partition(parseJobId(id)?.partition ?? 0)}*${id}*`);
};

test('a dead letter goes with its job, its lines and its dedupe key', async () => {
  const { id } = await dead.die({}, { dedupe: { key: 'one' } });
  expect(await keysOf(id)).not.toEqual([]);
  expect(await dead.ask('DELETE', `/dead-letters/${id}`)).toMatchObject({
    status: 200,
    body: { deleted: 1, more: false },
  });
  expect(await keysOf(id)).toEqual([]);
  expect((await dead.ask('GET', `/jobs/${id}`)).status).toBe(404);
  expect((await dead.ask('GET', `/dead-letters/${id}`)).status).toBe(404);
  expect((await dead.ask('DELETE', `/dead-letters/${id}`)).status).toBe(404);
  expect((await dead.redrive(id)).status).toBe(404);
});

test('a job that has not failed for good is not deleted', async () => {
  const { id } = await dead.submit('demo.echo', { value: 1 });
  await dead.finished(id);
  expect(await dead.ask('DELETE', `/dead-letters/${id}`)).toMatchObject({
    status: 409,
    body: { type: '/problems/job-not-dead' },
  });
  expect((await dead.ask('GET', `/jobs/${id}`)).status).toBe(200);
});

test('deleted and redriven at once, one of the two happens', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id } = await dead.die();
    const [deleted, redriven] = await Promise.all([
      dead.ask('DELETE', `/dead-letters/${id}`),
      dead.redrive(id),
    ]);
    expect([deleted.status, redriven.status]).toSatisfy(([one, other]) =>
      one === 200 ? [404, 409].includes(other) : one === 409 && other === 202,
    );
    const { status } = await dead.ask('GET', `/jobs/${id}`);
    expect(status).toBe(deleted.status === 200 ? 404 : 200);
    if (redriven.status === 202) expect((await dead.finished(id)).status).toBe('succeeded');
  }
});

test('a filter deletes what fits and nothing else', async () => {
  const old = await plantFailed(api, 5, (n) => ({ at: 1_000_000_000_000 + n }));
  const timeouts = await plantFailed(api, 3, () => ({ code: 'timeout' }));
  const theirs = await plantFailed(api, 3, () => ({ tenant: 'other', code: 'timeout' }));
  await enterAll(api, [...old, ...timeouts, ...theirs]);
  const remove = (query: string, key: string = deadKeys.acme) =>
    dead.ask('DELETE', `/dead-letters?${query}`, undefined, { key });
  expect((await remove('until=2001-09-09T01:46:41Z')).body).toEqual({ deleted: 5, more: false });
  expect((await remove('code=timeout')).body).toEqual({ deleted: 3, more: false });
  expect(await dead.ids()).toEqual([]);
  expect(new Set(await dead.ids('', deadKeys.other))).toEqual(new Set(theirs));
  expect((await remove('all=true', deadKeys.admin)).body).toEqual({ deleted: 3, more: false });
  for (const id of [...old, ...timeouts, ...theirs]) expect(await keysOf(id)).toEqual([]);
});

test('a request deletes so many at most, and says that there are more', async () => {
  await enterAll(api, await plantFailed(api, 5_050));
  expect((await dead.ask('DELETE', '/dead-letters?all=true')).body).toEqual({
    deleted: 5_000,
    more: true,
  });
  expect((await dead.ask('DELETE', '/dead-letters?all=true')).body).toEqual({
    deleted: 50,
    more: false,
  });
}, 60_000);
