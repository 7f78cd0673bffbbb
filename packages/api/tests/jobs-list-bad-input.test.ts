import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';
import { keys } from './running-api.ts';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi();
  const html = '<img src=x onerror=alert(1)>';
  await history.plant([
    { at: Date.now() - 3_000, payload: { subject: 'ordinary words' } },
    { at: Date.now() - 2_000, status: 'failed', errorCode: 'html', errorMessage: html },
    { at: Date.now() - 1_000, tenant: 'other', payload: { subject: 'secret words' } },
  ]);
});
afterAll(() => history[Symbol.asyncDispose]());

test.each([
  "'; drop table drover.jobs; --",
  "' or 1=1 or '",
  "words' | !'",
  'a & | ! ( ) <-> :* <2> :A',
  '((((((((((',
  '.*(a+)+$',
  '[a-z]{1,9}\\',
  '"unclosed phrase',
  '- - -',
  'or or or',
  '%_%',
  '\\u0000 $1 {{x}}',
  '🐎'.repeat(200),
  'ß'.repeat(1_000),
  '€'.repeat(1_000),
  'a '.repeat(500),
  '-a '.repeat(330),
  '"a b" or '.repeat(100),
  '<script>alert(1)</script>',
  't=other',
  "'t=other'",
])('the text %j is only looked for', async (text) => {
  const { status, body } = await history.list({ text });
  expect(status).toBe(200);
  for (const { tenant } of body.items) expect(tenant).toBe('acme');
});

test('names with quotes and backslashes are only compared', async () => {
  for (const value of ["o'r\\", "') or true --", '{a}', '"', "\\'", '日本', 'a'.repeat(64)]) {
    for (const name of ['type', 'queue', 'tag', 'code', 'workflow', 'schedule']) {
      expect(await history.list({ [name]: value })).toMatchObject({
        status: 200,
        body: { items: [], nextCursor: null },
      });
    }
  }
});

test.each([
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=ten', 'limit'],
  ['status=done', 'status'],
  ['status=', 'status'],
  ['tag=', 'tag'],
  ['type=%00', 'type'],
  ['text=', 'text'],
  ['text=%00', 'text'],
  [`text=${'a'.repeat(10_240)}`, 'text'],
  [`type=${'a'.repeat(10_240)}`, 'type'],
  [`type=${'a,'.repeat(30)}a`, 'type'],
  ['since=yesterday', 'since'],
  ['since=2026-13-01T00:00:00Z', 'since'],
  ['since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z', 'until'],
  ['since=2026-02-01T00:00:00Z&until=2026-02-01T00:00:00Z', 'until'],
  ['text=a&text=b', 'text'],
  ['workflow=a&workflow=b', 'workflow'],
  ['tenant=other', 'tenant'],
  ['colour=red', 'colour'],
  ['status[]=failed', 'status[]'],
])('the query %s is refused', async (query, name) => {
  for (const path of ['/jobs', '/jobs/export']) {
    if (path === '/jobs/export' && name === 'limit') continue;
    const { status, body } = await history.api.ask(`${path}?${query}`);
    expect({ status, type: body.type }).toEqual({
      status: 400,
      type: '/problems/invalid-parameters',
    });
    expect(body.detail).toContain(name);
  }
});

test('a cursor is good for its list alone, and for nobody else', async () => {
  const first = await history.list('limit=1');
  const cursor: string = first.body.nextCursor;
  expect(cursor).toMatch(/^[\w.-]+$/);
  expect((await history.list({ limit: '1', cursor })).body.items).toHaveLength(1);
  const [body = '', seal = ''] = cursor.split('.');
  const [at, id, madeAt] = JSON.parse(Buffer.from(body, 'base64url').toString());
  const forged = (content: unknown) =>
    `${Buffer.from(JSON.stringify(content)).toString('base64url')}.${seal}`;
  const refused: [Record<string, string>, string?][] = [
    [{ cursor: forged([at + 1_000, id, madeAt]) }],
    [{ cursor: forged([at, id, madeAt + 1]) }],
    [{ cursor: `${cursor}A` }],
    [{ cursor: `${cursor}.` }],
    [{ cursor: body }],
    [{ cursor: '.' }],
    [{ cursor: '' }],
    [{ cursor: 'x'.repeat(400) }],
    [{ cursor, status: 'failed' }],
    [{ cursor, text: 'words' }],
    [{ cursor }, keys.other],
  ];
  for (const [query, key] of refused) {
    expect(await history.list(query, key)).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-parameters' },
    });
  }
});

test('a message with HTML in it is JSON, and nothing that a browser runs', async () => {
  const { headers, body } = await history.list('code=html');
  expect(headers.get('content-type')).toContain('application/json');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(body.items[0].error.message).toBe('<img src=x onerror=alert(1)>');
});

test('a list needs a key that may read', async () => {
  for (const path of ['/jobs', '/jobs/export']) {
    expect((await history.api.ask(path, { key: null })).status).toBe(401);
    expect((await history.api.ask(path, { key: keys.submitOnly })).status).toBe(403);
    expect((await history.api.ask(path, { key: keys.readOnly })).status).toBe(200);
  }
});
