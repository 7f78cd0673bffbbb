import { publishDeclared } from '@drover/jobs/schedules/declared';
import { expect, test } from 'vitest';
import {
  echo,
  expectProblem,
  failing,
  type Init,
  later,
  type Talk,
  waiting,
} from './openapi-talk.ts';
import { type Answer, keys } from './running-api.ts';
import { hourly, purge } from './schedule-fixtures.ts';

/** Of what surrounds the jobs: what goes well. */
export const testOperating = (talk: Talk): void => {
  const { checked, send } = talk;

  test('views', async () => {
    const view = '/views/sales_by_region';
    for (const path of ['/views', `${view}?limit=1`]) {
      const { status, headers } = await checked('GET', path);
      expect(status).toBe(200);
      const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect([200, 304]).toContain((await checked('GET', path, known)).status);
      await checked('GET', path, { headers: { 'if-none-match': '*' } });
    }
    expectProblem(await checked('GET', `${view}?limit=0`), 400, 'invalid-parameters');
    expectProblem(await checked('GET', '/views/none'), 404, 'view-not-found');
  });

  test('statistics', async () => {
    expect((await checked('GET', '/stats?by=day')).status).toBe(200);
    await checked('GET', '/stats', { headers: { 'if-none-match': '*' } });
    expectProblem(await checked('GET', '/stats?by=week'), 400, 'invalid-parameters');
  });

  test('the audit log', async () => {
    const admin = { key: 'dev' };
    await checked('POST', '/queues/demo/resume', admin);
    expect((await checked('GET', '/audit?limit=1', admin)).body.items).toHaveLength(1);
    await checked('GET', '/audit', { ...admin, headers: { 'if-none-match': '*' } });
    expectProblem(await checked('GET', '/audit?limit=0', admin), 400, 'invalid-parameters');
  });

  test('schedules', async () => {
    const put = (path: string, body: unknown, init: Init = {}, from = talk.api) =>
      checked(
        'PUT',
        path,
        {
          ...init,
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        },
        from,
      );
    const one = '/schedules/one';
    expect((await put(one, hourly)).status).toBe(201);
    expect((await put(one, { ...hourly, overlap: 'skip' })).status).toBe(200);
    expectProblem(await put(one, '{'), 400, 'malformed-json');
    expectProblem(await put(one, {}), 422, 'invalid-submission');
    expectProblem(await put(one, { ...hourly, type: 'demo.ecko' }), 422, 'unknown-job-type');
    const headers = { 'content-type': 'application/json' };
    const change = (body: string) => checked('PATCH', one, { body, headers });
    expect((await change('{"enabled":true}')).status).toBe(200);
    expectProblem(await change('{'), 400, 'malformed-json');
    expectProblem(await change('{}'), 422, 'invalid-submission');
    for (const [path, init] of [
      [one, {}],
      ['/schedules', {}],
    ] as const) {
      const { headers: sent } = await checked('GET', path, init);
      const known = { headers: { 'if-none-match': sent.get('etag') ?? '' } };
      // The runs of other tests' triggers may have come in between.
      expect([200, 304]).toContain((await checked('GET', path, known)).status);
      await checked('GET', path, { headers: { 'if-none-match': '*' } });
    }
    expectProblem(await checked('GET', '/schedules?limit=0'), 400, 'invalid-parameters');

    const now = `${one}/trigger`;
    const once = { headers: { 'idempotency-key': 'now' } };
    const { id } = (await send(now, {}, once)).body;
    expect((await send(now, {}, once)).status).toBe(202);
    const long = { headers: { 'idempotency-key': 'x'.repeat(300) } };
    expectProblem(await send(now, {}, long), 400, 'invalid-idempotency-key');
    await checked('GET', `/jobs/${id}`, waiting);
    await talk.api.queues.get('demo', 0).remove(id);
    expectProblem(await send(now, {}, once), 410, 'job-gone');

    await publishDeclared(talk.api.queues, { definition: purge, enabled: false });
    const declared = `/schedules/${purge.id}`;
    expectProblem(await put(declared, hourly), 409, 'schedule-declared');
    expectProblem(await checked('DELETE', declared), 409, 'schedule-declared');
    const gone = { ...purge, job: { type: 'gone.type' } };
    await publishDeclared(talk.api.queues, { definition: gone, enabled: false });
    const admin = { key: 'dev' };
    expectProblem(await send(`${declared}/trigger`, {}, admin), 409, 'schedule-unrunnable');
    expect((await checked('DELETE', one)).status).toBe(204);
  });

  test('dead letters', async () => {
    const keeper = { key: keys.keeper };
    const dies = async () => (await send('/jobs', failing, waiting)).body.id as string;
    const lists = (path: string) => checked('GET', path, keeper);
    const id = await dies();
    await expect.poll(async () => (await lists('/dead-letters')).body.items).not.toEqual([]);
    await expect
      .poll(async () => (await lists('/dead-letters/groups?type=demo.fail')).body.items)
      .toMatchObject([{ code: 'demo-permanent' }]);
    for (const path of ['/dead-letters', '/dead-letters/groups', `/dead-letters/${id}`]) {
      const { headers } = await lists(path);
      const known = { ...keeper, headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect((await checked('GET', path, known)).status).toBe(304);
    }
    for (const path of ['/dead-letters?limit=0', '/dead-letters/groups?x=1']) {
      expectProblem(await lists(path), 400, 'invalid-parameters');
    }
    expectProblem(await checked('DELETE', '/dead-letters', keeper), 400, 'invalid-parameters');

    const one = `/dead-letters/${id}/redrive`;
    expectProblem(await send(one, { payload: 7 }, keeper), 422, 'invalid-submission');
    expect((await send(one, {}, keeper)).status).toBe(202);
    const alive = (await send('/jobs', later)).body.id;
    expectProblem(await send(`/dead-letters/${alive}/redrive`, {}, keeper), 409, 'job-not-dead');
    expectProblem(await checked('DELETE', `/dead-letters/${alive}`, keeper), 409, 'job-not-dead');

    const all = '/dead-letters/redrive';
    expectProblem(await send(all, {}, keeper), 422, 'invalid-submission');
    expect((await send(all, { all: true, dryRun: true }, keeper)).status).toBe(200);
    const { status, body } = await send(all, { all: true }, keeper);
    expect(status).toBe(202);
    expect((await checked('GET', `/jobs/${body.id}`, waiting)).body.status).toBe('succeeded');

    const last = await dies();
    expect((await checked('DELETE', `/dead-letters/${last}`, keeper)).status).toBe(200);
    expect((await checked('DELETE', '/dead-letters?all=true', keeper)).status).toBe(200);
  });

  test('webhooks', async () => {
    const keeper = { key: keys.keeper };
    const change = (method: string, path: string, body: unknown = {}) =>
      checked(method, path, {
        ...keeper,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    const url = 'https://receiver.invalid/hook';
    const made = await change('POST', '/webhooks', { url, types: ['demo.*'] });
    expect(made.status).toBe(201);
    const endpoint = `/webhooks/${made.body.id}`;
    expectProblem(await change('POST', '/webhooks', { url: 7 }), 422, 'invalid-submission');
    expect((await change('PATCH', endpoint, { description: 'new' })).status).toBe(200);
    expectProblem(await change('PATCH', endpoint), 422, 'invalid-submission');

    expect((await checked('GET', '/webhooks/secret', keeper)).status).toBe(200);
    const rotate = '/webhooks/secret/rotate';
    expect((await change('POST', rotate)).status).toBe(200);
    expectProblem(await change('POST', rotate, { overlap: -1 }), 422, 'invalid-submission');

    const tested = await checked('POST', `${endpoint}/test`, keeper);
    expect(tested.status).toBe(202);
    const delivery = `/webhooks/deliveries/${tested.body.id}`;
    await expect
      .poll(async () => (await checked('GET', delivery, keeper)).body.status)
      .toBe('failed');
    expect((await checked('POST', `${delivery}/replay`, keeper)).status).toBe(202);
    for (const path of [
      '/webhooks',
      endpoint,
      '/webhooks/secret',
      '/webhooks/deliveries?limit=1',
      delivery,
    ]) {
      const { headers } = await checked('GET', path, keeper);
      const known = { ...keeper, headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect([200, 304]).toContain((await checked('GET', path, known)).status);
    }
    const { id } = (await send('/jobs', echo)).body;
    const ofJob = `/webhooks/deliveries?source=${id}`;
    const listed = async () => (await checked('GET', ofJob, keeper)).body.items;
    await expect.poll(async () => (await listed()).length).toBe(1);
    const [{ links }] = await listed();
    await change('PATCH', endpoint, { enabled: false });
    expectProblem(await checked('POST', links.replay, keeper), 409, 'webhook-disabled');
    expect((await checked('DELETE', endpoint, keeper)).status).toBe(200);
    expectProblem(await checked('POST', links.replay, keeper), 404, 'webhook-not-found');

    const many = await Promise.all(
      Array.from({ length: 21 }, () => change('POST', '/webhooks', { url, enabled: false })),
    );
    const full = many.find(({ status }) => status !== 201);
    expectProblem(full as Answer, 409, 'webhook-limit');
    for (const it of many)
      if (it.status === 201) await checked('DELETE', it.body.links.self, keeper);
  });

  test('the catalog, the queues, the workers and the probes', async () => {
    const operator = { key: keys.operator };
    for (const [path, init] of [
      ['/job-types', {}],
      ['/job-types/email.send', {}],
      ['/queues', operator],
      ['/queues/demo', operator],
      ['/workers', operator],
    ] as const) {
      const { status, headers } = await checked('GET', path, init);
      expect(status).toBe(200);
      await checked('GET', path, {
        ...init,
        headers: { 'if-none-match': headers.get('etag') ?? '' },
      });
      await checked('GET', path, { ...init, headers: { 'if-none-match': '*' } });
    }
    for (const path of ['/queues/demo/pause', '/queues/demo/resume']) {
      expect((await checked('POST', path, operator)).status).toBe(200);
    }
    // A cache that holds something, as its last entry's end says.
    const { redis, keys: places } = talk.api.queues;
    await redis.zadd(places.cacheNames, Date.now() + 60_000, 'shown:1');
    for (const path of ['/cache/shown', '/cache/shown/a', '/cache?tag=a']) {
      expect((await checked('DELETE', path, operator)).status).toBe(204);
    }
    expectProblem(await checked('DELETE', '/cache', operator), 400, 'invalid-parameters');
    const headers = { 'content-type': 'application/json' };
    const change = (body: string) =>
      checked('PATCH', '/queues/demo', { ...operator, body, headers });
    expect((await change('{"globalConcurrency":5,"rateLimit":null}')).status).toBe(200);
    expect((await change('{"globalConcurrency":null}')).status).toBe(200);
    expectProblem(await change('{'), 400, 'malformed-json');
    expectProblem(await change('{"concurrency":0}'), 422, 'invalid-submission');
    for (const path of ['/live', '/ready', '/health', '/metrics']) {
      expect((await checked('GET', path, { key: null })).status).toBe(200);
    }
  });
};
