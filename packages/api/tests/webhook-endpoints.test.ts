import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hookKeys, startWebhookWorld, type WebhookWorld } from './webhook-fixtures.ts';

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld({ EGRESS_ALLOW: 'localhost' }, { worker: false });
});
afterAll(() => world[Symbol.asyncDispose]());

const url = 'https://receiver.example.com/hook';
const create = (body: unknown, init = {}) => world.ask('POST', '/webhooks', body, init);

describe('endpoints', () => {
  test('are registered, read, changed and deleted', async () => {
    const { status, body, headers } = await create({ url, types: ['image.*'], description: 'x' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/webhooks/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^we_[0-9a-f]{20}$/),
      url,
      events: null,
      types: ['image.*'],
      enabled: true,
      disabledReason: null,
      description: 'x',
      createdAt: expect.any(String),
      updatedAt: body.createdAt,
      links: expect.any(Object),
    });
    const path = `/webhooks/${body.id}`;
    const changed = await world.ask('PATCH', path, {
      enabled: false,
      types: null,
      events: ['job.failed'],
    });
    expect(changed.body).toMatchObject({
      url,
      events: ['job.failed'],
      types: null,
      enabled: false,
      disabledReason: 'by-hand',
      description: 'x',
    });
    expect((await world.ask('GET', path)).body).toEqual(changed.body);
    expect((await world.ask('PATCH', path, { enabled: true })).body.disabledReason).toBeNull();
    expect((await world.ask('DELETE', path)).status).toBe(200);
    for (const method of ['GET', 'DELETE']) {
      expect((await world.ask(method, path)).body.type).toBe('/problems/webhook-not-found');
    }
  });

  test('are those of the tenant alone', async () => {
    const { id } = (await create({ url })).body;
    const key = hookKeys.other;
    expect((await world.ask('GET', '/webhooks', undefined, { key })).body.items).toEqual([]);
    for (const [method, path, body] of [
      ['GET', `/webhooks/${id}`],
      ['PATCH', `/webhooks/${id}`, { enabled: false }],
      ['DELETE', `/webhooks/${id}`],
      ['POST', `/webhooks/${id}/test`],
    ] as const) {
      expect((await world.ask(method, path, body, { key })).status).toBe(404);
    }
    await world.ask('DELETE', `/webhooks/${id}`);
  });

  test('need a role', async () => {
    const { id } = (await create({ url })).body;
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PATCH', `/webhooks/${id}`],
      ['DELETE', `/webhooks/${id}`],
      ['POST', `/webhooks/${id}/test`],
      ['GET', '/webhooks/secret'],
      ['POST', '/webhooks/secret/rotate'],
      ['POST', '/webhooks/deliveries/x/replay'],
    ] as const) {
      const key = hookKeys.reader;
      const body = method === 'GET' ? undefined : {};
      expect((await world.ask(method, path, body, { key })).status).toBe(403);
    }
    for (const path of ['/webhooks', `/webhooks/${id}`, '/webhooks/deliveries']) {
      const get = (key: string) => world.ask('GET', path, undefined, { key });
      expect((await get(hookKeys.reader)).status).toBe(200);
      expect((await get(hookKeys.submitter)).status).toBe(403);
    }
    await world.ask('DELETE', `/webhooks/${id}`);
  });

  test('are twenty at most, however many are registered at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => create({ url })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(10);
    expect(answers.find(({ status }) => status === 409)?.body.type).toBe('/problems/webhook-limit');
    const { items } = (await world.ask('GET', '/webhooks')).body;
    expect(items).toHaveLength(20);
    for (const { id } of items) await world.ask('DELETE', `/webhooks/${id}`);
  });

  test('changes at the same time do not undo one another', async () => {
    const { id } = (await create({ url })).body;
    const path = `/webhooks/${id}`;
    const patches = [{ description: 'new' }, { events: ['job.failed'] }, { types: ['demo.*'] }];
    await Promise.all(patches.map((patch) => world.ask('PATCH', path, patch)));
    expect((await world.ask('GET', path)).body).toMatchObject(Object.assign({}, ...patches));
    await world.ask('DELETE', path);
  });
});

const badUrls = [
  '',
  'nonsense',
  '/relative',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://user@example.com/',
  'https://user:secret@example.com/',
  `https://example.com/${'x'.repeat(2_048)}`,
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
];

describe('what is refused', () => {
  test.each(badUrls)('the URL %s', async (bad) => {
    const pointerOf = (answer: { status: number; body: { errors: { pointer: string }[] } }) => {
      expect(answer.status).toBe(422);
      return answer.body.errors[0]?.pointer;
    };
    expect(pointerOf(await create({ url: bad }))).toBe('/url');
    const job = { type: 'demo.echo', payload: { value: 1 }, options: { webhook: { url: bad } } };
    expect(pointerOf(await world.ask('POST', '/jobs', job))).toBe('/options/webhook/url');
    const { body, status } = await world.ask('POST', '/jobs/batch', { jobs: [job] });
    expect(status).toBe(422);
    expect(body.items[0].problem.errors[0].pointer).toBe('/jobs/0/options/webhook/url');
    const chain = [{ type: 'demo.echo', payload: { value: 1 } }, job];
    const workflow = (more: object) => world.ask('POST', '/workflows', { chain, ...more });
    expect(pointerOf(await workflow({}))).toBe('/chain/1/options/webhook/url');
    const told = { chain: chain.slice(0, 1), webhook: { url: bad } };
    expect(pointerOf(await workflow(told))).toBe('/webhook/url');
  });

  test.each([
    [{ url: 7 }, '/url'],
    [{}, '/url'],
    [{ url, events: [] }, '/events'],
    [{ url, events: ['job.started'] }, '/events/0'],
    [{ url, types: ['Image.*'] }, '/types/0'],
    [{ url, types: ['imag.*'] }, '/types/0'],
    [{ url, types: ['webhook.deliver'] }, '/types/0'],
    [{ url, types: Array.from({ length: 51 }, () => 'image.*') }, '/types'],
    [{ url, description: 'x'.repeat(201) }, '/description'],
    [{ url, secret: 'x' }, '/secret'],
    [{ url, id: 'mine' }, '/id'],
    [{ url, enabled: 'yes' }, '/enabled'],
    [[], ''],
    [null, ''],
  ])('%j', async (body, pointer) => {
    const answer = await create(body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  test('events of a workflow for a job, and those of a job for a workflow', async () => {
    const job = (events: string[]) => ({
      type: 'demo.echo',
      payload: { value: 1 },
      options: { webhook: { url, events } },
    });
    expect((await world.ask('POST', '/jobs', job(['workflow.failed']))).status).toBe(422);
    const workflow = { chain: [job(['job.failed'])], webhook: { url, events: ['job.failed'] } };
    expect((await world.ask('POST', '/workflows', workflow)).status).toBe(422);
  });

  test('a patch of nothing', async () => {
    const { id } = (await create({ url })).body;
    expect((await world.ask('PATCH', `/webhooks/${id}`, {})).status).toBe(422);
    await world.ask('DELETE', `/webhooks/${id}`);
  });

  test.each(['limit=0', 'limit=101', 'cursor=x', 'event=none', 'status=none', 'x=1'])(
    'deliveries?%s',
    async (query) => {
      expect((await world.ask('GET', `/webhooks/deliveries?${query}`)).status).toBe(400);
    },
  );

  test.each(['x', '__proto__', 'demo.0.01k3v9m8x7e6t5r4w3q2p1n0zz', '%00', '..%2f..'])(
    'the id %s',
    async (id) => {
      expect((await world.ask('GET', `/webhooks/${id}`)).status).toBe(404);
      expect((await world.ask('GET', `/webhooks/deliveries/${id}`)).status).toBe(404);
      expect((await world.ask('POST', `/webhooks/deliveries/${id}/replay`)).status).toBe(404);
    },
  );
});

describe('the secret', () => {
  test('is made once, however many ask at once, and is each tenant’s own', async () => {
    const ask = (key: string) => world.ask('GET', '/webhooks/secret', undefined, { key });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(hookKeys.acme)));
    const secrets = new Set(answers.map(({ body }) => body.secret));
    expect(secrets.size).toBe(1);
    const [secret = ''] = secrets;
    expect(secret).toMatch(/^whsec_/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    expect(answers[0]?.headers.get('cache-control')).toBe('no-store');
    expect((await ask(hookKeys.other)).body.secret).not.toBe(secret);
  });

  test('is rotated, with an overlap or without', async () => {
    const rotate = (body?: object) => world.ask('POST', '/webhooks/secret/rotate', body);
    const { body: first } = await world.ask('GET', '/webhooks/secret');
    const { body: second } = await rotate();
    expect(second.secret).not.toBe(first.secret);
    expect(second.previous).toEqual([
      { createdAt: first.createdAt, expiresAt: expect.any(String) },
    ]);
    const stays = Date.parse(second.previous[0].expiresAt) - Date.parse(second.createdAt);
    expect(stays).toBe(86_400_000);
    expect((await rotate({ overlap: '1h' })).body.previous).toHaveLength(2);
    expect((await rotate({ overlap: 0 })).body.previous).toEqual([]);
    for (const body of [{ overlap: '8d' }, { overlap: -1 }, { secret: 'mine' }]) {
      expect((await rotate(body)).status).toBe(422);
    }
  });
});
