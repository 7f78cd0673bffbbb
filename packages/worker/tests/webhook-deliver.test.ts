import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { readAttempts } from '@drover/jobs/webhooks/attempts';
import { addEndpoint, readEndpoint } from '@drover/jobs/webhooks/endpoints';
import type { WebhookPayload } from '@drover/jobs/webhooks/payload';
import { readSecrets, rotateSecret } from '@drover/jobs/webhooks/secrets';
import { CodedError } from '@drover/shared/errors';
import { type JobAddress, newJobId, parseJobId } from '@drover/shared/job-id';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createEgressAgent } from '../src/services/egress-guard.ts';
import { createWebClient } from '../src/services/http/web-client.ts';
import { createLanes } from '../src/services/webhooks/lanes.ts';
import { isOutage, triedForMs } from '../src/services/webhooks/verdict.ts';
import { createWebhooks } from '../src/services/webhooks/webhooks.ts';
import { selfSigned } from './self-signed.ts';
import { startSite, type WebSite } from './web-site.ts';

const tenant = 'acme';
const log = silentLog();
const egress = createEgressAgent(['127.0.0.1']);
const web = createWebClient(egress, { ask: (_owner, ask) => ask() });
let queues: QueueSet;
let site: WebSite;

beforeAll(async () => {
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  queues = createQueueSet({ redis, keys: createKeys(randomPrefix()), log });
  site = await startSite();
});
beforeEach(() => {
  site.arrived.length = 0;
  site.answer((response) => response.end());
});
afterAll(async () => {
  await egress.destroy();
  await site[Symbol.asyncDispose]();
  await queues.stop(deadlineIn(1_000));
  await redisComponent(queues.redis).stop(deadlineIn(1_000));
});

const body: WebhookPayload['body'] = {
  type: 'job.succeeded',
  timestamp: '2026-08-30T09:12:04.689Z',
  data: { id: 'demo.0.01k3v9m8x7e6t5r4w3q2p1n0zz', text: 'ünïcode 🎉' },
};

/** Delivers, and tells how that went. */
const deliver = async (
  to: Partial<WebhookPayload> = { url: site.url },
  {
    timeoutMs = 10_000,
    since = Date.now(),
    signal = new AbortController().signal,
    id = newJobId('webhooks', 0),
  } = {},
) => {
  const webhooks = createWebhooks({ queues, web, lanes: createLanes({ isOutage }), timeoutMs });
  const outcome = await webhooks
    .deliver({ webhookId: 'msg_1', body, ...to }, { tenant, id, signal, since })
    .catch((err: Error) => err);
  const attempts = await readAttempts(queues, parseJobId(id) as JobAddress);
  return { outcome, attempts, last: attempts.at(-1) };
};

const answers = (status: number, headers: Record<string, string> = {}, text = '') =>
  site.answer((response) => response.writeHead(status, headers).end(text));

/** What `err` is to the pipeline. */
const kindOf = (outcome: unknown): string => {
  if (outcome instanceof PermanentError) return `permanent ${outcome.code}`;
  if (outcome instanceof RetryLater) return 'later';
  return outcome instanceof CodedError ? `retry ${outcome.code}` : 'delivered';
};

describe('what an answer means', () => {
  test.each([
    [200, 'delivered'],
    [201, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [301, 'retry redirected'],
    [302, 'retry redirected'],
    [304, 'retry redirected'],
    [308, 'retry redirected'],
    [400, 'retry unexpected-status'],
    [401, 'retry unexpected-status'],
    [404, 'retry unexpected-status'],
    [410, 'permanent endpoint-gone'],
    [429, 'retry unexpected-status'],
    [500, 'retry unexpected-status'],
    [503, 'retry unexpected-status'],
  ])('%i: %s', async (status, kind) => {
    answers(status, { location: `${site.url}/elsewhere` });
    const { outcome, last } = await deliver();
    expect(kindOf(outcome)).toBe(kind);
    expect(last).toMatchObject({ status, url: site.url });
    expect(site.arrived.map(({ path }) => path)).toEqual(['/']);
  });

  test.each([429, 503])(
    '%i with Retry-After: asked again no sooner, taking no attempt',
    async (status) => {
      answers(status, { 'retry-after': '120' });
      const { outcome } = await deliver();
      expect(outcome).toMatchObject({ name: 'RetryLater', delayMs: 120_000 });
    },
  );

  test('Retry-After of next to nothing is asked for no more often than by schedule', async () => {
    answers(503, { 'retry-after': '0' });
    const id = newJobId('webhooks', 0);
    for (const least of [4_500, 9_000, 18_000]) {
      const { outcome } = await deliver({ url: site.url }, { id });
      expect((outcome as RetryLater).delayMs).toBeGreaterThanOrEqual(least);
    }
  });

  test('Retry-After of a year is a day', async () => {
    answers(503, { 'retry-after': '31536000' });
    expect((await deliver()).outcome).toMatchObject({ delayMs: 86_400_000 });
  });

  test('after three days every failure is the last', async () => {
    const since = Date.now() - triedForMs;
    answers(500);
    const plain = await deliver({ url: site.url }, { since });
    expect(kindOf(plain.outcome)).toBe('permanent unexpected-status');
    answers(503, { 'retry-after': '60' });
    const asked = await deliver({ url: site.url }, { since });
    expect(kindOf(asked.outcome)).toBe('permanent unexpected-status');
  });
});

describe('what is no answer', () => {
  test('a refused connection', async () => {
    const gone = await startSite();
    await gone[Symbol.asyncDispose]();
    const { outcome, last } = await deliver({ url: gone.url });
    expect(kindOf(outcome)).toBe('retry unreachable');
    expect(last).toMatchObject({ status: null, error: { code: 'unreachable' }, answer: null });
  });

  test('a reset', async () => {
    site.answer((response) => response.socket?.resetAndDestroy());
    expect(kindOf((await deliver()).outcome)).toBe('retry unreachable');
  });

  test('what is no HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-hello\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(kindOf((await deliver({ url: `http://127.0.0.1:${port}` })).outcome)).toBe(
      'retry unreachable',
    );
    server.close();
  });

  test('silence, as long as a request may take', async () => {
    site.answer(() => undefined);
    const { outcome } = await deliver({ url: site.url }, { timeoutMs: 100 });
    expect(kindOf(outcome)).toBe('retry timeout');
  });

  test('a certificate that nobody vouches for', async () => {
    const server = createTlsServer(selfSigned, (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { outcome, last } = await deliver({ url: `https://127.0.0.1:${port}` });
    expect(kindOf(outcome)).toBe('retry tls-refused');
    expect(last?.error?.message).toContain('SELF_SIGNED');
    server.close();
  });

  test('an address that jobs may not reach', async () => {
    for (const url of ['http://127.0.0.2/', 'http://[::1]/', 'http://169.254.169.254/']) {
      expect(kindOf((await deliver({ url })).outcome)).toBe('permanent egress-refused');
    }
  });

  test('a worker that stops: the attempt is not counted', async () => {
    const stopping = new AbortController();
    site.answer(() => stopping.abort(new Error('stopping')));
    const { outcome, attempts } = await deliver({ url: site.url }, { signal: stopping.signal });
    expect(outcome).toMatchObject({ message: 'stopping' });
    expect(attempts).toEqual([]);
  });
});

describe('the body of an answer', () => {
  test('is kept in its first KiB, as text', async () => {
    answers(200, {}, 'é'.repeat(10_000));
    const { last } = await deliver();
    expect(last?.answer).toBe('é'.repeat(512));
    site.answer((response) => response.end(Buffer.from([0xff, 0xfe, 0x00])));
    expect((await deliver()).last?.answer).toBe('\ufffd\ufffd\u0000');
  });

  test('of 10 MB is not read to its end', async () => {
    let sent = 0;
    site.answer(async (response) => {
      const chunk = Buffer.alloc(65_536);
      response.setMaxListeners(0).on('error', () => undefined);
      for (let n = 0; n < 160 && !response.destroyed; n += 1) {
        if (!response.write(chunk)) {
          await Promise.race([once(response, 'drain'), once(response, 'close')]);
        }
        sent += chunk.length;
      }
      response.end();
    });
    const { outcome } = await deliver();
    expect(outcome).toEqual({ status: 200 });
    expect(sent).toBeLessThan(10_000_000);
  });

  test('that unpacks to gigabytes is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    site.answer((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const before = process.memoryUsage().arrayBuffers;
    expect((await deliver()).outcome).toEqual({ status: 200 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000);
  });

  test('that drips, or breaks off, takes no longer than a request may', async () => {
    site.answer((response) => response.writeHead(200).write('drip'));
    const { outcome, last } = await deliver({ url: site.url }, { timeoutMs: 100 });
    expect(outcome).toEqual({ status: 200 });
    expect(last).toMatchObject({ status: 200, error: null });
  });
});

describe('signatures', () => {
  const headersOf = (n: number) => site.arrived[n]?.headers as Record<string, string>;
  const verify = (secret: string, n: number) =>
    new Webhook(secret).verify(site.arrived[n]?.body ?? '', headersOf(n));

  test('are those of Standard Webhooks, over several rotations', async () => {
    const secrets = [(await readSecrets(queues, tenant))[0].secret];
    await deliver();
    for (let n = 1; n <= 3; n += 1) {
      secrets.unshift((await rotateSecret(queues, tenant, 86_400_000))[0].secret);
      await deliver();
    }
    expect(
      site.arrived.map((_, n) => headersOf(n)['webhook-signature']?.split(' ').length),
    ).toEqual([1, 2, 3, 4]);
    for (const secret of secrets) expect(verify(secret, 3)).toEqual(body);
    const [newest = '', , , oldest = ''] = secrets;
    expect(verify(oldest, 0)).toEqual(body);
    expect(() => verify(newest, 0)).toThrow('No matching signature');
  });

  test('of an earlier secret end with its time', async () => {
    const [{ secret: leaked }] = await readSecrets(queues, tenant);
    const [{ secret }, ...previous] = await rotateSecret(queues, tenant, 0);
    expect(previous).toEqual([]);
    await deliver();
    expect(verify(secret, 0)).toEqual(body);
    expect(() => verify(leaked, 0)).toThrow('No matching signature');
  });

  test('a tenant that rotates again and again has five at most', async () => {
    for (let n = 0; n < 7; n += 1) await rotateSecret(queues, tenant, 86_400_000);
    expect(await readSecrets(queues, tenant)).toHaveLength(5);
  });

  test('keep their id over attempts, and have the time of each', async () => {
    answers(500);
    const id = newJobId('webhooks', 0);
    await deliver({ url: site.url }, { id });
    await deliver({ url: site.url }, { id });
    expect(headersOf(0)['webhook-id']).toBe('msg_1');
    expect(headersOf(1)['webhook-id']).toBe('msg_1');
    const age = Date.now() / 1_000 - Number(headersOf(1)['webhook-timestamp']);
    expect(Math.abs(age)).toBeLessThan(10);
  });
});

describe('a registered endpoint', () => {
  const register = async (given: object = {}) => {
    const endpoint = await addEndpoint(queues, tenant, { url: site.url, ...given });
    return endpoint?.id ?? '';
  };

  test('that answers 410 is disabled', async () => {
    const endpoint = await register();
    answers(410);
    expect(kindOf((await deliver({ endpoint })).outcome)).toBe('permanent endpoint-gone');
    expect(await readEndpoint(queues, tenant, endpoint)).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
    });
    expect(kindOf((await deliver({ endpoint })).outcome)).toBe('permanent endpoint-disabled');
    expect(site.arrived).toHaveLength(1);
  });

  test('that is another tenant’s, or is no more, is told nothing', async () => {
    const other = await addEndpoint(queues, 'other', { url: site.url });
    for (const endpoint of [other?.id ?? '', 'we_none']) {
      expect(kindOf((await deliver({ endpoint })).outcome)).toBe('permanent endpoint-deleted');
    }
    expect(site.arrived).toEqual([]);
  });
});
