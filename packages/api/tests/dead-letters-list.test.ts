import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  deadApiKeys,
  deadKeys,
  deadLetterCalls,
  enterAll,
  plantFailed,
} from './dead-letters-fixtures.ts';
import { type RunningApi, startApi } from './running-api.ts';

const partitions = 3;
let api: RunningApi;
let dead: ReturnType<typeof deadLetterCalls>;
/** Ids, the first failed first. */
let acme: string[];
let others: string[];
const origin = Date.now() - 3_600_000;

beforeAll(async () => {
  api = await startApi({ API_KEYS: deadApiKeys, PARTITIONS: String(partitions) });
  dead = deadLetterCalls(api);
  // Several fail in the same millisecond.
  acme = await plantFailed(api, 60, (n) => ({
    at: origin + Math.floor(n / 7),
    partition: n % partitions,
    type: n % 2 === 0 ? 'demo.fail' : 'email.send',
    queue: n % 2 === 0 ? 'demo' : 'mail',
    code: n % 3 === 0 ? 'timeout' : 'error',
    message: `no ${n}`,
  }));
  others = await plantFailed(api, 10, (n) => ({
    tenant: 'other',
    at: origin + 1_000 + n,
    partition: n % partitions,
  }));
  await enterAll(api, [...acme, ...others]);
});
afterAll(() => api[Symbol.asyncDispose]());

/** Ids of all pages. */
const follow = async (query: string, key?: string): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await dead.list(`?${query}${next}`, key);
    ids.push(...page.items.map(({ id }: { id: string }) => id));
    cursor = page.nextCursor;
  }
  return ids;
};

/** Those that were planted and fit, the last failed first; of one millisecond, the greater id. */
const expected = (fits: (n: number) => boolean) =>
  acme
    .map((id, n) => ({ id, n, at: Math.floor(n / 7) }))
    .filter(({ n }) => fits(n))
    .toSorted((one, other) => other.at - one.at || (one.id < other.id ? 1 : -1))
    .map(({ id }) => id);

const instant = (ms: number) => encodeURIComponent(new Date(ms).toISOString());

describe('pages', () => {
  test.each([1, 2, 7, 59, 60, 100])(
    'of %i show every dead letter once, in order',
    async (limit) => {
      expect(await follow(`limit=${limit}`)).toEqual(expected(() => true));
    },
  );

  test.each<[filter: string, fits: (n: number) => boolean]>([
    ['type=email.send', (n) => n % 2 === 1],
    ['queue=demo', (n) => n % 2 === 0],
    ['code=timeout', (n) => n % 3 === 0],
    ['type=demo.fail&code=timeout', (n) => n % 6 === 0],
    [`since=${instant(origin + 3)}`, (n) => Math.floor(n / 7) >= 3],
    [`until=${instant(origin + 3)}`, (n) => Math.floor(n / 7) < 3],
    [
      `since=${instant(origin + 2)}&until=${instant(origin + 5)}&queue=mail`,
      (n) => n % 2 === 1 && n >= 14 && n < 35,
    ],
    ['type=demo.fail&queue=mail', () => false],
    ['code=nothing', () => false],
    ['tenant=acme', () => true],
  ])('of the filter %s', async (filter, fits) => {
    expect(await follow(`limit=4&${filter}`)).toEqual(expected(fits));
  });

  test('pass over what has been redriven or deleted meanwhile', async () => {
    const [id = ''] = await plantFailed(api, 1, () => ({ at: origin + 5_000, message: 'one off' }));
    await enterAll(api, [id]);
    expect(await dead.ids('?limit=1')).toEqual([id]);
    await api.queues.redis.zrem(api.queues.keys.inQueue('demo', 0, 'failed'), id);
    expect(await follow('limit=1')).toEqual(expected(() => true));
    await api.queues.redis.zadd(api.queues.keys.inQueue('demo', 0, 'failed'), 1, id);
    expect((await dead.ask('DELETE', `/dead-letters/${id}`)).status).toBe(200);
  });
});

describe('groups', () => {
  const groups = async (query = '', key: string = deadKeys.acme) =>
    (await dead.ask('GET', `/dead-letters/groups${query}`, undefined, { key })).body;

  test('count by type, code and what messages have in common', async () => {
    const { items, total } = await groups();
    expect(total).toBe(4);
    expect(items.map(({ count }: { count: number }) => count)).toEqual([20, 20, 10, 10]);
    const timeouts = items.find(
      (it: { type: string; code: string }) => it.type === 'demo.fail' && it.code === 'timeout',
    );
    expect(timeouts).toMatchObject({
      queue: 'demo',
      message: 'no #',
      firstAt: new Date(origin).toISOString(),
      lastAt: new Date(origin + 7).toISOString(),
    });
    expect(timeouts.samples).toHaveLength(3);
    expect(await follow(`limit=3&group=${timeouts.id}`)).toEqual(expected((n) => n % 6 === 0));
    expect(await follow(`group=${timeouts.id}&type=email.send`)).toEqual([]);
  });

  test('take filters and a limit', async () => {
    expect(await groups('?type=demo.fail&limit=1')).toMatchObject({ items: [{}], total: 2 });
    expect(await groups(`?since=${instant(origin + 8)}&queue=demo`)).toMatchObject({
      items: [{ count: 2, code: 'error' }],
      total: 1,
    });
    expect(await groups('?code=nothing')).toEqual({ items: [], total: 0 });
  });

  test('are over all tenants for an admin', async () => {
    const sum = ({ items }: { items: { count: number }[] }) =>
      items.reduce((total, { count }) => total + count, 0);
    expect(sum(await groups('', deadKeys.admin))).toBe(70);
    expect(sum(await groups('?tenant=other', deadKeys.admin))).toBe(10);
    expect(sum(await groups('', deadKeys.other))).toBe(10);
  });

  test('stay few, whatever clients make jobs say', async () => {
    const many = await plantFailed(api, 250, (n) => ({
      code: 'flood',
      message: `no ${String.fromCodePoint(0x4e00 + n)}`,
      at: origin - 10_000 + n,
    }));
    await enterAll(api, many);
    const flood = await groups('?code=flood&limit=200');
    expect(flood.total).toBe(101);
    expect(flood.items[0]).toMatchObject({ message: null, count: 150 });
    expect(new Set(await follow('code=flood&limit=100'))).toEqual(new Set(many));
    const report = await dead.ask('DELETE', '/dead-letters?code=flood');
    expect(report.body).toEqual({ deleted: 250, more: false });
    expect((await groups('?code=flood')).total).toBe(0);
    const { redis, keys } = api.queues;
    expect(await redis.hlen(keys.inQueue('dead-letters', 0, 'causes:t:acme'))).toBe(2);
    expect(await redis.hlen(keys.inQueue('dead-letters', 0, 'classes:t:acme'))).toBe(2);
  });
});

describe('a tenant', () => {
  test('sees its own, an admin all or those of one', async () => {
    expect(new Set(await follow('limit=50', deadKeys.admin))).toEqual(
      new Set([...acme, ...others]),
    );
    expect(new Set(await follow('tenant=other', deadKeys.admin))).toEqual(new Set(others));
    expect(new Set(await follow('', deadKeys.other))).toEqual(new Set(others));
    const [theirs = ''] = others;
    for (const [method, path] of [
      ['GET', `/dead-letters/${theirs}`],
      ['POST', `/dead-letters/${theirs}/redrive`],
      ['DELETE', `/dead-letters/${theirs}`],
    ] as const) {
      expect(await dead.ask(method, path)).toMatchObject({
        status: 404,
        body: { type: '/problems/dead-letter-not-found' },
      });
    }
    const seen = await dead.ask('GET', `/dead-letters/${theirs}`, undefined, {
      key: deadKeys.admin,
    });
    expect(seen).toMatchObject({
      status: 200,
      body: { tenant: 'other', payload: { failures: 1 } },
    });
  });

  test('may not name another', async () => {
    for (const [method, path, body] of [
      ['GET', '/dead-letters?tenant=other', undefined],
      ['GET', '/dead-letters/groups?tenant=other', undefined],
      ['DELETE', '/dead-letters?tenant=other', undefined],
      ['POST', '/dead-letters/redrive', { filter: { tenant: 'other' } }],
    ] as const) {
      expect((await dead.ask(method, path, body)).status).toBe(403);
    }
  });

  test('needs the role', async () => {
    const status = async (method: string, path: string, key: string) =>
      (await dead.ask(method, path, undefined, { key })).status;
    expect(await status('GET', '/dead-letters', deadKeys.reader)).toBe(200);
    expect(await status('GET', '/dead-letters', deadKeys.submitter)).toBe(403);
    expect(await status('DELETE', '/dead-letters?all=true', deadKeys.reader)).toBe(403);
  });
});

describe('what is wrong is refused', () => {
  const forge = (text: string) => Buffer.from(text).toString('base64url');

  test('cursors that are none, or of another list', async () => {
    const { nextCursor } = await dead.list('?limit=3');
    const cursors = [
      '',
      'x',
      '0',
      `${nextCursor}x`,
      nextCursor.slice(0, -1),
      nextCursor.toUpperCase(),
      forge(`aaaaaaaaaaaa.1.${acme[0]}`),
      forge('{"at":1}'),
      forge("1' or 1=1"),
      encodeURIComponent('\0\n'),
      'a'.repeat(301),
    ];
    for (const cursor of cursors) {
      const answer = await dead.ask('GET', `/dead-letters?cursor=${cursor}`);
      expect([cursor, answer.status, answer.body.type]).toEqual([
        cursor,
        400,
        '/problems/invalid-parameters',
      ]);
    }
    for (const query of ['type=demo.fail&', 'since=2020-01-01T00:00:00Z&', 'tenant=acme&']) {
      const status = async () =>
        (await dead.ask('GET', `/dead-letters?${query}cursor=${nextCursor}`)).status;
      expect(await status()).toBe(query.startsWith('tenant') ? 200 : 400);
    }
    const { key } = { key: deadKeys.other };
    expect(
      (await dead.ask('GET', `/dead-letters?cursor=${nextCursor}`, undefined, { key })).status,
    ).toBe(400);
  });

  test.each([
    'limit=0',
    'limit=201',
    'limit=1e2',
    'limit=',
    'since=yesterday',
    'until=1',
    'type=',
    `type=${'x'.repeat(101)}`,
    'group=*',
    'group=all',
    'type=a&type=b',
    'colour=red',
    '__proto__=1',
    'type[]=a',
  ])('the parameters %s', async (query) => {
    for (const path of ['/dead-letters', '/dead-letters/groups']) {
      expect((await dead.ask('GET', `${path}?${query}`)).status).toBe(400);
    }
    expect((await dead.ask('DELETE', `/dead-letters?${query}`)).status).toBe(400);
  });

  test('texts that mean something to Redis or Lua find nothing', async () => {
    for (const text of ['%', '*', '[^a]', "'", '"', '\\', '{drover-0}', '%s', 'all', '\n', '\0']) {
      const query = `?type=${encodeURIComponent(text)}&code=${encodeURIComponent(text)}`;
      expect(await dead.ids(query)).toEqual([]);
    }
  });

  test('a deletion without a filter, or with two minds', async () => {
    for (const query of ['', '?all=false', '?all=1', '?all=true&type=demo.fail']) {
      expect((await dead.ask('DELETE', `/dead-letters${query}`)).status).toBe(400);
    }
    expect((await dead.list()).items).not.toEqual([]);
  });

  test.each([
    '..',
    'demo.0.x',
    'dead-letters.0.01k3v9m8x7e6t5r4w3q2p1n0zz',
    'demo.999.01k3v9m8x7e6t5r4w3q2p1n0zz',
    '%00',
    'failed',
  ])('the id %s', async (id) => {
    const expectNotFound = ({ status }: { status: number }) => expect(status).toBe(404);
    expectNotFound(await dead.ask('GET', `/dead-letters/x${id}`));
    expectNotFound(await dead.redrive(`x${id}`));
    expectNotFound(await dead.ask('DELETE', `/dead-letters/x${id}`));
  });
});
