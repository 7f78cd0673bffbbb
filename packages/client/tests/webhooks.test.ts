import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { startSite, type WebSite } from '../../worker/tests/web-site.ts';
import { type Client, createClient } from '../src/index.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let system: RunningSystem;
let site: WebSite;
let client: Client;
let cli: CommandLine;
beforeAll(async () => {
  site = await startSite();
  system = await startSystem({ roles: ['api', 'worker'], env: { EGRESS_ALLOW: '127.0.0.1' } });
  client = createClient({ url: system.url, key: 'dev' });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});
beforeEach(async () => {
  site.answer((response) => response.end());
  cli = await commandLine(system.url);
  return () => cli[Symbol.asyncDispose]();
});

/** The delivery of a job's end, once it is over. */
const deliveryOf = async (source: string) => {
  const over = async () => {
    const { items } = await client.webhooks.deliveries.page({ source });
    return items.find(({ status }) => status !== 'pending');
  };
  await expect.poll(over, { timeout: 10_000 }).toBeDefined();
  return (await over()) as NonNullable<Awaited<ReturnType<typeof over>>>;
};

describe('the client', () => {
  test('registers, changes, tests and deletes endpoints', async () => {
    const { webhooks } = client;
    const { id } = await webhooks.create({ url: site.url, types: ['demo.*'] });
    expect(await webhooks.get(id)).toMatchObject({ url: site.url, events: null });
    expect(await webhooks.update(id, { enabled: false })).toMatchObject({ enabled: false });
    expect((await webhooks.list()).map((it) => it.id)).toContain(id);
    const { body } = await webhooks.test(id);
    expect(body.type).toBe('webhook.test');
    await webhooks.delete(id);
    await expect(webhooks.get(id)).rejects.toMatchObject({ code: 'webhook-not-found' });
  });

  test('lists deliveries and replays one', async () => {
    const { id } = await client.submit(
      'demo.echo',
      { value: 1 },
      { webhook: { url: site.url, events: ['job.succeeded'] } },
    );
    const delivery = await deliveryOf(id);
    const again = await client.webhooks.deliveries.replay(delivery.id);
    expect(again).toMatchObject({ replayOf: delivery.id, webhookId: delivery.webhookId });
    const all = await Array.fromAsync(client.webhooks.deliveries.list({ source: id }));
    expect(all.map((it) => it.id)).toEqual([again.id, delivery.id]);
    expect((await client.webhooks.deliveries.get(delivery.id)).history).toHaveLength(1);
  });

  test('shows and rotates the secret', async () => {
    const { secret } = await client.webhooks.secret();
    const rotated = await client.webhooks.rotateSecret({ overlap: '1h' });
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.previous).toHaveLength(1);
  });
});

describe('drover webhooks', () => {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli.run(['webhooks', ...args, '--json']);
    return { code, stderr, body: stdout === '' ? undefined : JSON.parse(stdout) };
  };

  test('adds, lists, tries, changes and removes an endpoint', async () => {
    const { body } = await run('add', site.url, '--event', 'job.failed', '--type', 'demo.*');
    expect(body).toMatchObject({ url: site.url, events: ['job.failed'], types: ['demo.*'] });
    const listed = await cli.run(['webhooks', 'ls']);
    expect(listed.stdout).toMatch(new RegExp(`${body.id} .*job.failed .*demo\\.\\* .*enabled`));
    expect((await cli.run(['webhooks', 'test', body.id])).stdout).toBe('succeeded (200)\n');
    site.answer((response) => response.writeHead(500).end());
    expect(await cli.run(['webhooks', 'test', body.id])).toMatchObject({
      code: 1,
      stdout: 'failed (500 unexpected-status)\nthe endpoint answered 500, expected 2xx\n',
    });
    expect((await run('set', body.id, '--disable')).body.enabled).toBe(false);
    expect((await run('set', body.id)).code).toBe(2);
    expect((await run('rm', body.id)).body).toEqual({ deleted: body.id });
    expect((await run('test', body.id)).code).toBe(1);
  });

  test('lists deliveries, shows one and replays it', async () => {
    const webhook = { url: site.url };
    const { id } = await client.submit('demo.echo', { value: 'shown' }, { webhook });
    const delivery = await deliveryOf(id);
    const { body } = await run('deliveries', '--source', id, '--status', 'succeeded');
    expect(body.items).toMatchObject([{ id: delivery.id }]);
    const shown = await cli.run(['webhooks', 'show', delivery.id]);
    expect(shown.stdout).toContain('"value": "shown"');
    expect((await run('replay', delivery.id)).body.replayOf).toBe(delivery.id);
    expect((await cli.run(['webhooks', 'deliveries'])).stdout).toContain('job.succeeded');
  });

  test('prints the secret and rotates it', async () => {
    const { stdout } = await cli.run(['webhooks', 'secret']);
    expect(stdout.trim()).toBe((await client.webhooks.secret()).secret);
    expect((await run('rotate-secret', '--overlap', '0')).body.previous).toEqual([]);
  });
});
