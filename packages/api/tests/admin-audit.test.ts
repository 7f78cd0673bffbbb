import type { AuditEntry } from '@drover/jobs/contract/audit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, sendForm, tokenOn, visit } from './admin-visit.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const entries = async (query = ''): Promise<AuditEntry[]> => {
  const { status, body } = await api.ask(`/audit${query}`, { key: 'dev' });
  expect(status).toBe(200);
  return body.items;
};

test('a write at a page is there: who, what, to what, from where, and how it ended', async () => {
  const token = tokenOn(await visit(api, '/admin'));
  await sendForm(api, '/admin/steer/mail/pause', { token }, { 'x-request-id': 'mine-1' });
  const [entry] = await entries();
  expect(entry).toMatchObject({
    who: { tenant: 'dev', user: 'ada', address: '127.0.0.1', requestId: 'mine-1' },
    origin: 'page',
    action: 'queue.pause',
    target: 'mail',
    outcome: 'done',
    reason: null,
  });
  // The first digits of what `echo -n dev | sha256sum` prints.
  expect(entry?.who.key).toBe('ef260e9a');
});

test('a write that was refused is there, with why', async () => {
  const token = tokenOn(await visit(api, '/admin'));
  await sendForm(api, '/admin/steer/nonsense/pause', { token });
  expect((await entries())[0]).toMatchObject({
    target: 'nonsense',
    outcome: 'refused',
    reason: 'queue-not-found',
  });
});

test('a form that is not ours has done nothing, and is not there', async () => {
  const before = await entries();
  await sendForm(api, '/admin/steer/mail/resume', { token: 'nonsense' });
  expect(await entries()).toEqual(before);
});

test('a write at bull-board is there', async () => {
  const own = { ...basic(), origin: api.url, 'sec-fetch-site': 'same-origin' };
  const path = '/admin/queues/api/queues/demo/pause';
  await api.ask(path, { key: null, method: 'PUT', headers: own });
  expect((await entries())[0]).toMatchObject({
    who: { user: 'ada' },
    origin: 'board',
    action: 'board.pause',
    target: 'demo',
    outcome: 'done',
  });
});

test('a write over the API is there, with what was asked', async () => {
  await api.ask('/queues/http', {
    key: keys.operator,
    method: 'PATCH',
    body: JSON.stringify({ concurrency: 3 }),
    headers: { 'content-type': 'application/json' },
  });
  await api.ask('/queues/nonsense/resume', { key: keys.operator, method: 'POST' });
  const [refused, done] = await entries();
  expect(done).toMatchObject({
    who: { tenant: 'acme', user: null },
    origin: 'api',
    action: 'updateQueue',
    target: 'http',
    details: { concurrency: 3 },
    outcome: 'done',
  });
  expect(refused).toMatchObject({
    action: 'resumeQueue',
    target: 'nonsense',
    outcome: 'refused',
    reason: 'queue-not-found',
  });
});

test('what clients do with their own jobs is not there, what operators do with them is', async () => {
  const job = { type: 'demo.echo', payload: { value: 'hidden' }, options: { delay: '1h' } };
  const before = await entries();
  const { body } = await api.submit(job);
  await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
  await api.submit(job, { key: 'dev' });
  expect(await entries()).toEqual(before);
  const own = await api.submit(job, { key: 'dev' });
  await api.ask(`/jobs/${own.body.id}`, { key: 'dev', method: 'DELETE' });
  expect((await entries())[0]).toMatchObject({ action: 'cancelJob', target: own.body.id });
});

test('payloads are not there', async () => {
  const answer = await api.ask('/dead-letters/demo.0.01k3v9m8x7e6t5r4w3q2p1n0zz/redrive', {
    key: 'dev',
    method: 'POST',
    body: JSON.stringify({ payload: { password: 'hunter2' } }),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(404);
  const [entry] = await entries();
  expect(entry).toMatchObject({ action: 'redriveDeadLetter', outcome: 'refused' });
  expect(JSON.stringify(entry)).not.toContain('hunter2');
});

test('what no job may hold is not kept, and the log reads as before', async () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  for (const filter of [nested(3_900), nested(100_000), '1e999']) {
    const { status } = await api.ask('/jobs/cancel', {
      key: keys.operator,
      method: 'POST',
      body: `{"filter":${filter},"rate":5}`,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(422);
    const [entry] = await entries();
    expect(entry).toMatchObject({ action: 'cancelJobs', outcome: 'refused' });
    expect(entry?.details).toMatchObject({ filter: { unfit: expect.any(String) }, rate: 5 });
  }
});

test('only admins read it', async () => {
  for (const key of [keys.acme, keys.operator]) {
    expect((await api.ask('/audit', { key })).status).toBe(403);
  }
});

test('pages are of what was asked for, and go through all of it', async () => {
  const all = await entries('?limit=200');
  const seen: AuditEntry[] = [];
  let cursor = '';
  do {
    const { body } = await api.ask(`/audit?limit=2${cursor}`, { key: 'dev' });
    seen.push(...body.items);
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  expect(seen).toEqual(all);
  expect(new Set((await entries('?target=mail')).map(({ target }) => target))).toEqual(
    new Set(['mail']),
  );
  expect(await entries('?until=2020-01-01T00:00:00Z')).toEqual([]);
  expect(await entries('?user=ada&action=queue.pause&tenant=dev')).not.toEqual([]);
});

test.each([
  '?cursor=nonsense',
  `?cursor=${Buffer.from('AAAAAAAAAAAA.1-0').toString('base64url')}`,
  '?limit=0',
  '?limit=201',
  '?since=yesterday',
  '?action=%00',
  '?more=1',
])('%s is refused', async (query) => {
  const { status, body } = await api.ask(`/audit${query}`, { key: 'dev' });
  expect(status).toBe(400);
  expect(body.type).toBe('/problems/invalid-parameters');
});

test('a cursor of another list is refused', async () => {
  const { body } = await api.ask('/audit?limit=1', { key: 'dev' });
  const { status } = await api.ask(`/audit?limit=1&target=mail&cursor=${body.nextCursor}`, {
    key: 'dev',
  });
  expect(status).toBe(400);
});
