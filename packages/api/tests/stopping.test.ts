import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { keys, startApi } from './running-api.ts';

const headers = { authorization: `Bearer ${keys.acme}` };

/** The API checks that it has stopped cleanly, in time. */
const stops = 'a server that stops';

test(`${stops} does not wait for clients that keep their connections`, async () => {
  const api = await startApi();
  const options = { delay: '1h' };
  const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 }, options });
  // The answer begins before the stop, and ends because of it.
  const { body: stream } = await fetch(`${api.url}/jobs/${body.id}/events`, { headers });
  const following = text(stream as ReadableStream);
  const waiting = api.ask(`/jobs/${body.id}`, { headers: { prefer: 'wait=60' } });
  const channel = api.queues.keys.changes({ id: body.id, queue: 'demo', partition: 0 });
  await expect.poll(async () => (await api.queues.redis.pubsub('NUMSUB', channel))[1]).toBe(1);

  const startedAt = performance.now();
  await api[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  expect(await following).toContain('event: status');
  expect((await waiting).status).toBe(200);
});

test(`${stops} sends what it has begun to the slowest reader`, async () => {
  const api = await startApi();
  // More than the system's buffers hold between the two. What it has not begun, it need not answer.
  const answers = 30;
  const value = 'x'.repeat(900_000);
  const { body } = await api.submit({ type: 'demo.echo', payload: { value } });
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  const call = `GET /jobs/${body.id} HTTP/1.1\r\nhost: test\r\nauthorization: ${headers.authorization}\r\n\r\n`;
  socket.write(call.repeat(answers));
  await once(socket, 'readable');
  const stopping = api[Symbol.asyncDispose]();
  await sleep(300);
  const received = await text(socket);
  const begun = received.split('HTTP/1.1 200 OK').length - 1;
  expect(begun).toBeGreaterThan(0);
  expect(received.split(value).length - 1).toBe(begun);
  expect(received).toMatch(/\}\s*$/);
  await stopping;
});
