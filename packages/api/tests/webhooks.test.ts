import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventOf, startWebhookWorld, verify, type WebhookWorld } from './webhook-fixtures.ts';

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.site.arrived.length = 0;
  world.site.answer((response) => response.end('thanks'));
});

const echo = (options: object) => world.submit('demo.echo', { value: 7 }, options);

describe('the webhook of a job', () => {
  test('posts how the job ended, signed', async () => {
    const { status, body: job } = await echo({ webhook: { url: `${world.site.url}/one` } });
    expect(status).toBe(202);
    const [arrived] = await world.arrived('/one');
    expect(arrived).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Drover' },
    });
    expect(eventOf(arrived as never)).toEqual({
      type: 'job.succeeded',
      timestamp: expect.any(String),
      data: (await world.ask('GET', `/jobs/${job.id}`)).body,
    });
    expect(verify(await world.secret(), arrived as never)).toMatchObject({ type: 'job.succeeded' });
  });

  test('tells of each way to end', async () => {
    const webhook = { url: `${world.site.url}/ends` };
    const failing = { failures: 1, permanent: true };
    const { body: failed } = await world.submit('demo.fail', failing, { webhook });
    const { body: canceled } = await echo({ webhook, delay: '1h' });
    await world.ask('DELETE', `/jobs/${canceled.id}`);
    const { body: expired } = await echo({ webhook, delay: '5ms', expiresIn: '6ms' });
    const arrived = await world.arrived('/ends', 2);
    const ends = new Map(arrived.map((it) => [eventOf(it).data['id'], eventOf(it)]));
    expect(ends.get(failed.id)).toMatchObject({
      type: 'job.failed',
      data: { status: 'failed', error: { code: 'demo-permanent' } },
    });
    expect(ends.get(canceled.id)).toMatchObject({
      type: 'job.canceled',
      data: { status: 'canceled' },
    });
    // It may have started in time, on an idle machine.
    const [last] = await world.deliveriesOf(expired.id);
    expect(['job.expired', 'job.succeeded']).toContain(last?.event);
  });

  test('tells of the ends that it names only', async () => {
    const url = `${world.site.url}/named`;
    await echo({ webhook: { url, events: ['job.failed'] } });
    const { body: job } = await echo({ webhook: { url, events: ['job.succeeded'] } });
    const arrived = await world.arrived('/named');
    expect(arrived.map((it) => eventOf(it).data['id'])).toEqual([job.id]);
  });

  test('comes again when the job that failed is retried, with an id of its own', async () => {
    const webhook = { url: `${world.site.url}/again` };
    const { body: job } = await world.submit(
      'demo.fail',
      { failures: 1 },
      { webhook, attempts: 1 },
    );
    await world.arrived('/again');
    await world.ask('POST', `/jobs/${job.id}/retry`);
    const [first, second] = (await world.arrived('/again', 2)).map((it) => ({
      ...it,
      event: eventOf(it).type,
    }));
    expect([first?.event, second?.event]).toEqual(['job.failed', 'job.succeeded']);
    expect(first?.headers['webhook-id']).not.toBe(second?.headers['webhook-id']);
  });

  test('comes for each job of a batch', async () => {
    const job = { type: 'demo.echo', payload: { value: 1 } };
    const options = { webhook: { url: `${world.site.url}/batch` } };
    const { body } = await world.ask('POST', '/jobs/batch', {
      jobs: [{ ...job, options }, job, { ...job, options }],
    });
    const arrived = await world.arrived('/batch', 2);
    expect(arrived.map((it) => eventOf(it).data['id']).toSorted()).toEqual(
      [body.items[0].job.id, body.items[2].job.id].toSorted(),
    );
  });

  test('comes with an idempotency key, too, and once', async () => {
    const body = {
      type: 'demo.echo',
      payload: { value: 1 },
      options: { webhook: { url: `${world.site.url}/keyed` } },
    };
    const headers = { 'idempotency-key': 'hook' };
    const { body: job } = await world.ask('POST', '/jobs', body, { headers });
    await world.ask('POST', '/jobs', body, { headers });
    await world.arrived('/keyed');
    expect(await world.deliveriesOf(job.id)).toHaveLength(1);
  });

  test('leaves out what is too large', async () => {
    const webhook = { url: `${world.site.url}/large` };
    const { body: job } = await world.submit(
      'demo.echo',
      { value: 'x'.repeat(300_000) },
      { webhook },
    );
    const [arrived] = await world.arrived('/large');
    expect(eventOf(arrived as never)).toMatchObject({
      data: { id: job.id, status: 'succeeded', payload: null, result: null },
      omitted: ['payload', 'result'],
    });
  });
});

describe('a registered endpoint', () => {
  test('is told of what it asks for, from the next submission on', async () => {
    const before = (await echo({ delay: '1h' })).body;
    const endpoint = await world.register({
      url: `${world.site.url}/failures`,
      events: ['job.failed', 'job.canceled'],
      types: ['demo.fail', 'demo.echo'],
    });
    const all = await world.register({ url: `${world.site.url}/demos`, types: ['demo.*'] });
    await world.ask('DELETE', `/jobs/${before.id}`);
    const { body: failed } = await world.submit('demo.fail', { failures: 1, permanent: true });
    await echo({});
    const [arrived] = await world.arrived('/failures');
    expect(eventOf(arrived as never).data['id']).toBe(failed.id);
    await world.arrived('/demos', 2);
    expect(world.site.arrived.filter(({ path }) => path === '/failures')).toHaveLength(1);
    const ids = new Set(
      world.site.arrived
        .filter((it) => eventOf(it).data['id'] === failed.id)
        .map(({ headers }) => headers['webhook-id']),
    );
    expect(ids.size).toBe(1);
    for (const { id } of [endpoint, all]) await world.ask('DELETE', `/webhooks/${id}`);
  });

  test('is told nothing while it is disabled, and something when it moves', async () => {
    const { id } = await world.register({ url: `${world.site.url}/old`, enabled: false });
    await echo({});
    await world.ask('PATCH', `/webhooks/${id}`, { enabled: true, url: `${world.site.url}/new` });
    const { body: job } = await echo({});
    const [arrived] = await world.arrived('/new');
    expect(eventOf(arrived as never).data['id']).toBe(job.id);
    expect(world.site.arrived).toHaveLength(1);
    await world.ask('DELETE', `/webhooks/${id}`);
  });

  test('is known to all processes of the API', async () => {
    const { api, ask, arrived, site } = world;
    const { startApi } = await import('./running-api.ts');
    await using second = await startApi({
      API_KEYS: JSON.stringify(api.config.apiKeys),
      KEY_PREFIX: api.config.redis.keyPrefix,
      EGRESS_ALLOW: '127.0.0.1',
    });
    const { id } = await world.register({ url: `${site.url}/second` });
    const submit = () =>
      second.submit({ type: 'demo.echo', payload: { value: 1 } }, { key: 'acme-hooks' });
    while (!site.arrived.some(({ path }) => path === '/second')) await submit();
    await arrived('/second');
    await ask('DELETE', `/webhooks/${id}`);
  });

  test('gets a test event when it is asked for, even if it is disabled', async () => {
    const { id } = await world.register({ url: `${world.site.url}/test`, enabled: false });
    const { status, body, headers } = await world.ask('POST', `/webhooks/${id}/test`);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/webhooks/deliveries/${body.id}`);
    const [arrived] = await world.arrived('/test');
    expect(verify(await world.secret(), arrived as never)).toMatchObject({
      type: 'webhook.test',
      data: { endpoint: id },
    });
    await world.delivery(body.id, (it) => it.status === 'succeeded');
    await world.ask('DELETE', `/webhooks/${id}`);
  });

  test('that is deleted is not told of what is under way', async () => {
    const { id } = await world.register({ url: `${world.site.url}/deleted` });
    world.site.answer((response) => response.writeHead(500).end());
    const { body: job } = await echo({});
    const [delivery] = await world.deliveriesOf(job.id);
    await world.delivery(delivery?.id ?? '', (it) => it.nextAttemptAt !== null);
    await world.ask('DELETE', `/webhooks/${id}`);
    await world.hurry(delivery?.id ?? '');
    const failed = await world.delivery(delivery?.id ?? '', (it) => it.status === 'failed');
    expect(failed).toMatchObject({ url: null, attempts: 1 });
    const { body } = await world.ask('GET', `/jobs/${failed.id}`);
    expect(body.error.code).toBe('endpoint-deleted');
  });
});

test('a plain job has no settle job', async () => {
  const { redis, keys } = world.api.queues;
  const { body: job } = await echo({ delay: '1h' });
  const stored = await redis.hgetall(keys.inQueue('demo', 0, job.id));
  expect(stored['parentKey']).toBeUndefined();
  expect(stored['data']).toBe(JSON.stringify({ tenant: 'acme', payload: { value: 7 } }));
});

test('neither are deliveries offered, nor do they tell of themselves', async () => {
  const { id } = await world.register({ url: `${world.site.url}/self` });
  expect((await world.ask('GET', '/job-types')).text).not.toContain('webhook.deliver');
  const refused = await world.submit('webhook.deliver', {});
  expect(refused).toMatchObject({ status: 422, body: { type: '/problems/unknown-job-type' } });
  const { body: job } = await echo({});
  const [delivery] = await world.deliveriesOf(job.id);
  await world.delivery(delivery?.id ?? '', (it) => it.status === 'succeeded');
  const { body } = await world.ask('GET', `/webhooks/deliveries?source=${delivery?.id}`);
  expect(body.items).toEqual([]);
  await world.ask('DELETE', `/webhooks/${id}`);
});
