import { addDeliveries } from '@drover/jobs/webhooks/add';
import { logDelivery, logKey } from '@drover/jobs/webhooks/log';
import { parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventOf, hookKeys, startWebhookWorld, type WebhookWorld } from './webhook-fixtures.ts';

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.site.arrived.length = 0;
  world.site.answer((response) => response.end('thanks'));
});

/** A job whose end is told at a path of the site, and the delivery. */
const told = async (path: string, payload: unknown = { value: 7 }) => {
  const webhook = { url: world.site.url + path };
  const { body: job } = await world.submit('demo.echo', payload, { webhook });
  const [delivery] = await world.deliveriesOf(job.id);
  return { job, id: delivery?.id ?? '' };
};

const isOver = ({ status }: { status: string }) => status !== 'pending';

describe('a delivery', () => {
  test('shows what was posted and what came back', async () => {
    const { job, id } = await told('/shown');
    const delivery = await world.delivery(id, isOver);
    expect(delivery).toEqual({
      id,
      webhookId: world.site.arrived[0]?.headers['webhook-id'],
      event: 'job.succeeded',
      endpoint: null,
      url: `${world.site.url}/shown`,
      source: job.id,
      replayOf: null,
      status: 'succeeded',
      attempts: 1,
      lastAttempt: delivery.history[0],
      createdAt: expect.any(String),
      nextAttemptAt: null,
      finishedAt: expect.any(String),
      links: { self: `/webhooks/deliveries/${id}`, replay: `/webhooks/deliveries/${id}/replay` },
      body: eventOf(world.site.arrived[0] as never),
      history: [
        {
          at: expect.any(String),
          durationMs: expect.any(Number),
          url: `${world.site.url}/shown`,
          status: 200,
          error: null,
          answer: 'thanks',
        },
      ],
    });
  });

  test('to an endpoint that is down waits longer each time, and gets through when it is up', async () => {
    world.site.answer((response) => response.writeHead(500).end('down'));
    const { id } = await told('/down');
    for (const [attempts, least, most] of [
      [1, 4_500, 5_000],
      [2, 9_000, 10_000],
      [3, 18_000, 20_000],
    ] as const) {
      const waiting = await world.delivery(
        id,
        (it) => it.nextAttemptAt !== null && it.attempts === attempts,
      );
      const wait =
        Date.parse(waiting.nextAttemptAt ?? '') - Date.parse(waiting.lastAttempt?.at ?? '');
      expect(wait).toBeGreaterThanOrEqual(least);
      // It is counted from the end of the attempt.
      expect(wait).toBeLessThan(most + 2_000);
      expect(waiting.lastAttempt).toMatchObject({ status: 500, answer: 'down' });
      if (attempts === 3) world.site.answer((response) => response.end());
      await world.hurry(id);
    }
    const delivery = await world.delivery(id, isOver);
    expect(delivery).toMatchObject({ status: 'succeeded', attempts: 4 });
    const ids = new Set(world.site.arrived.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
  });

  test('that never gets through is a dead letter after 17 attempts', async () => {
    // Each to another host, as far as the worker knows: one that fails in a row is left alone.
    world.site.answer((response) => response.writeHead(404).end());
    const { id } = await told('/never');
    for (let n = 1; n < 17; n += 1) await world.hurry(id);
    const delivery = await world.delivery(id, isOver);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 17 });
    expect(delivery.history).toHaveLength(17);
    const letter = () => world.ask('GET', `/dead-letters/${id}`);
    await expect.poll(async () => (await letter()).status).toBe(200);
    world.site.answer((response) => response.end());
    await world.ask('POST', `/dead-letters/${id}/redrive`, {});
    expect(await world.delivery(id, (it) => it.status === 'succeeded')).toMatchObject({
      attempts: 18,
    });
  });

  test('can be canceled as any job', async () => {
    world.site.answer((response) => response.writeHead(500).end());
    const { id } = await told('/canceled');
    await world.delivery(id, (it) => it.nextAttemptAt !== null);
    await world.ask('DELETE', `/jobs/${id}`);
    expect(await world.delivery(id, isOver)).toMatchObject({ status: 'canceled' });
    const { body } = await world.ask('GET', '/webhooks/deliveries?status=canceled');
    expect(body.items.map((it: { id: string }) => it.id)).toEqual([id]);
  });

  test('is none of another tenant’s business', async () => {
    const { job, id } = await told('/tenant');
    const key = hookKeys.other;
    expect((await world.ask('GET', `/webhooks/deliveries/${id}`, undefined, { key })).status).toBe(
      404,
    );
    const replayed = await world.ask('POST', `/webhooks/deliveries/${id}/replay`, undefined, {
      key,
    });
    expect(replayed.status).toBe(404);
    const { body } = await world.ask('GET', `/webhooks/deliveries?source=${job.id}`, undefined, {
      key,
    });
    expect(body.items).toEqual([]);
  });
});

describe('a replay', () => {
  test('is a delivery of its own, of the same event and id', async () => {
    const { job, id } = await told('/replayed');
    await world.delivery(id, isOver);
    const { status, body, headers } = await world.ask('POST', `/webhooks/deliveries/${id}/replay`);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/webhooks/deliveries/${body.id}`);
    expect(body).toMatchObject({ replayOf: id, source: job.id, event: 'job.succeeded' });
    await world.delivery(body.id, isOver);
    const [first, second] = world.site.arrived;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(await world.deliveriesOf(job.id, 2)).toHaveLength(2);
  });

  test('goes to where the endpoint is by now, unless it is disabled or deleted', async () => {
    const endpoint = await world.register({ url: `${world.site.url}/before` });
    const { body: job } = await world.submit('demo.echo', { value: 1 });
    const [delivery] = await world.deliveriesOf(job.id);
    const replay = () => world.ask('POST', `/webhooks/deliveries/${delivery?.id}/replay`);
    await world.delivery(delivery?.id ?? '', isOver);
    const path = `/webhooks/${endpoint.id}`;
    await world.ask('PATCH', path, { url: `${world.site.url}/after` });
    await replay();
    await world.arrived('/after');
    await world.ask('PATCH', path, { enabled: false });
    expect((await replay()).body.type).toBe('/problems/webhook-disabled');
    await world.ask('DELETE', path);
    expect((await replay()).body.type).toBe('/problems/webhook-not-found');
  });
});

describe('the log', () => {
  test('has filters and pages, the newest first', async () => {
    const endpoint = await world.register({ url: `${world.site.url}/log` });
    const jobs: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { body } = await world.submit('demo.echo', { value: n });
      jobs.push(body.id);
      await world.deliveriesOf(body.id);
    }
    const { body: failed } = await world.submit('demo.fail', { failures: 1, permanent: true });
    await world.deliveriesOf(failed.id);
    const all: string[] = [];
    let query = `?limit=2&endpoint=${endpoint.id}`;
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const { body } = await world.ask('GET', `/webhooks/deliveries${query}`);
      all.push(...body.items.map((it: { source: string }) => it.source));
      cursor = body.nextCursor;
      query = `?limit=2&endpoint=${endpoint.id}&cursor=${cursor}`;
    }
    expect(all).toEqual([failed.id, ...jobs.toReversed()]);
    expect(pages).toBe(3);
    const sourcesOf = async (filter: string) =>
      (
        await world.ask('GET', `/webhooks/deliveries?endpoint=${endpoint.id}&${filter}`)
      ).body.items.map((it: { source: string }) => it.source);
    expect(await sourcesOf('event=job.failed')).toEqual([failed.id]);
    expect(await sourcesOf(`source=${jobs[1]}`)).toEqual([jobs[1]]);
    await expect.poll(() => sourcesOf('status=succeeded')).toHaveLength(6);
    expect(await sourcesOf('status=failed')).toEqual([]);
    const { body } = await world.ask('GET', '/webhooks/deliveries?limit=1');
    const other = `/webhooks/deliveries?event=job.failed&cursor=${body.nextCursor}`;
    expect((await world.ask('GET', other)).status).toBe(400);
    await world.ask('DELETE', `/webhooks/${endpoint.id}`);
  });

  test('has so many deliveries and no more; the succeeded ones go with their jobs', async () => {
    const { queues } = world.api;
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { id } = await told(`/bounded-${n}`);
      await world.delivery(id, isOver);
      ids.push(id);
    }
    const key = logKey(queues, 0, 'acme');
    const before = await queues.redis.zcard(key);
    const [latest] = await queues.redis.zrange(key, '-1', '-1');
    const [id = '', webhookId = '', event = ''] = (latest ?? '').split(' ');
    const logged = { id, webhookId, event, endpoint: undefined, source: undefined };
    const place = { partition: 0, at: Date.now() };
    for (let n = 0; n < before; n += 1) {
      await logDelivery(queues, 'acme', { ...logged, replayOf: `x${n}`, url: undefined }, place, 2);
    }
    expect(await queues.redis.zcard(key)).toBe(2);
    for (const gone of ids.slice(0, 2)) {
      expect(await queues.redis.exists(queues.keys.inQueue('webhooks', 0, gone))).toBe(0);
      expect((await world.ask('GET', `/webhooks/deliveries/${gone}`)).status).toBe(404);
    }
    await queues.redis.del(key);
  });
});

test('a delivery that is added again is the same', async () => {
  const { queues } = world.api;
  const delivery = {
    tenant: 'acme',
    webhookId: 'msg_again',
    target: { url: `${world.site.url}/again` },
    body: { type: 'job.failed', timestamp: new Date().toISOString(), data: {} },
    source: 'demo.0.01k3v9m8x7e6t5r4w3q2p1n0zz',
    partition: 0,
    derive: { seed: 'the same', at: Date.now() },
  } as const;
  const [[one], [other]] = await Promise.all([
    addDeliveries(queues, [delivery]),
    addDeliveries(queues, [delivery]),
  ]);
  expect(other?.id).toBe(one?.id);
  expect(parseJobId(one?.id ?? '')).toBeDefined();
  await world.delivery(one?.id ?? '', isOver);
  expect(await world.deliveriesOf(delivery.source)).toHaveLength(1);
});
