import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSite, type WebSite } from '../../worker/tests/web-site.ts';
import { startWebhookWorld, type WebhookWorld } from './webhook-fixtures.ts';

let world: WebhookWorld;
let other: WebSite;
beforeAll(async () => {
  world = await startWebhookWorld({ CONCURRENCY: 'webhooks=12' });
  other = await startSite();
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const submitMany = (count: number, url: string) =>
  world.ask('POST', '/jobs/batch', {
    jobs: Array.from({ length: count }, (_, value) => ({
      type: 'demo.echo',
      payload: { value },
      options: { webhook: { url } },
    })),
  });

test('an endpoint that keeps everybody waiting delays no other', async () => {
  const held: ServerResponse[] = [];
  const full = Promise.withResolvers<void>();
  world.site.answer((response) => {
    held.push(response);
    if (held.length === 10) full.resolve();
  });
  await submitMany(60, `${world.site.url}/slow`);
  await full.promise;
  // All slots would be taken, were it not for the lanes; nothing of the slow one is answered yet.
  await submitMany(30, `${other.url}/fast`);
  while (other.arrived.length < 30) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(held).toHaveLength(10);
  world.site.answer((response) => response.end());
  for (const response of held) response.end();
  await world.arrived('/slow', 60);
  expect(world.site.arrived).toHaveLength(60);
});

test('an endpoint that is down is left alone, and takes no attempts of those who wait', async () => {
  world.site.arrived.length = 0;
  other.arrived.length = 0;
  world.site.answer((response) => response.writeHead(500).end());
  await submitMany(40, `${world.site.url}/dead`);
  await submitMany(20, `${other.url}/well`);
  while (other.arrived.length < 20) await new Promise((resolve) => setTimeout(resolve, 10));
  const waiting = async () =>
    (await world.ask('GET', '/webhooks/deliveries?status=pending&limit=100')).body.items;
  await expect
    .poll(async () => {
      const items: { nextAttemptAt: string | null }[] = await waiting();
      return items.length === 40 && items.every(({ nextAttemptAt }) => nextAttemptAt !== null);
    })
    .toBe(true);
  // Five failures in a row, and those that were under way beside them.
  expect(world.site.arrived.length).toBeLessThan(20);
});
