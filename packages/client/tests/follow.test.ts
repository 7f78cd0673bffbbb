import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createClient, type JobEvent } from '../src/index.ts';
import {
  type Answerer,
  hangUp,
  jobWith,
  json,
  problem,
  type ScriptedServer,
  startScripted,
  succeeded,
} from './scripted-server.ts';

const event = (name: string, id: string, data: unknown) =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

const running = event('status', '1', jobWith({ status: 'running' }));
const half = event('progress', '2', { progress: 0.5, note: 'halfway: ½ 🐎' });
const line = event('log', '3', { seq: 1, at: '2026-01-01T00:00:00Z', level: 'info', message: 'x' });
const done = event('status', '4', succeeded);

const begin = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

/** Sends these parts of a stream, each by itself, then ends it. */
const stream =
  (...parts: (string | Uint8Array)[]): Answerer =>
  async (response) => {
    begin(response);
    for (const part of parts) {
      if (!response.write(part)) await once(response, 'drain');
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };

const follow = (server: ScriptedServer, options?: { lastEventId?: string; signal?: AbortSignal }) =>
  createClient({ url: server.url, key: 'dev' }).follow<'demo.echo'>('demo.0.1', options);

const collect = async (events: AsyncIterable<JobEvent<'demo.echo'>>) => {
  const all = [];
  for await (const { event: name, id } of events) all.push(`${name} ${id}`);
  return all;
};

const resumedAfter = ({ received }: ScriptedServer) =>
  received.map(({ headers }) => headers['last-event-id']);

test('events come one by one, until the job has finished', async () => {
  await using server = await startScripted([stream(running, half, line, done, 'never read')]);
  const events = [];
  for await (const one of follow(server)) events.push(one);
  expect(events).toEqual([
    { event: 'status', id: '1', data: jobWith({ status: 'running' }) },
    { event: 'progress', id: '2', data: { progress: 0.5, note: 'halfway: ½ 🐎' } },
    { event: 'log', id: '3', data: expect.objectContaining({ seq: 1, message: 'x' }) },
    { event: 'status', id: '4', data: succeeded },
  ]);
  expect(server.received).toMatchObject([
    { path: '/jobs/demo.0.1/events', headers: { accept: 'text/event-stream' } },
  ]);
});

test('it does not matter how the bytes are cut', async () => {
  const bytes = Buffer.from(running + half + done);
  const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  await using server = await startScripted([stream(...single)]);
  expect(await collect(follow(server))).toEqual(['status 1', 'progress 2', 'status 4']);
});

test('comments and events of a newer server are passed over', async () => {
  await using server = await startScripted([
    stream(': alive\n\n', event('weather', '1', {}), 'data: {}\n\n', done),
  ]);
  expect(await collect(follow(server))).toEqual(['status 4']);
});

describe('a connection that ends before the job', () => {
  test('is opened again after the last event', async () => {
    await using server = await startScripted([
      stream(running, half),
      (response) => {
        begin(response).write(line);
        setImmediate(() => response.destroy());
      },
      hangUp,
      problem(503, 'store-unavailable', { headers: { 'retry-after': '0' } }),
      stream(done),
    ]);
    expect(await collect(follow(server))).toEqual(['status 1', 'progress 2', 'log 3', 'status 4']);
    expect(resumedAfter(server)).toEqual([undefined, '2', '3', '3', '3']);
  });

  test('half an event is no event: it comes whole with the next connection', async () => {
    await using server = await startScripted([
      stream(running, half.slice(0, -10)),
      stream(half, done),
    ]);
    expect(await collect(follow(server))).toEqual(['status 1', 'progress 2', 'status 4']);
    expect(resumedAfter(server)).toEqual([undefined, '1']);
  });

  test('is not opened again when there is nothing left', async () => {
    await using server = await startScripted([
      stream(running),
      (response) => response.writeHead(204).end(),
    ]);
    expect(await collect(follow(server))).toEqual(['status 1']);
    expect(server.received).toHaveLength(2);
  });

  test('is opened again for longer than any other call is tried', async () => {
    await using server = await startScripted([
      stream('retry: 1\n\n', running),
      ...Array<Answerer>(3).fill(stream()),
      stream(done),
    ]);
    expect(await collect(follow(server))).toEqual(['status 1', 'status 4']);
  });

  test('ends the loop when the job is gone by then', async () => {
    await using server = await startScripted([stream(running), problem(404, 'job-not-found')]);
    const events = follow(server);
    expect(await events.next()).toMatchObject({ value: { event: 'status' } });
    await expect(events.next()).rejects.toMatchObject({ code: 'job-not-found' });
  });
});

test('one can go on where one stopped', async () => {
  await using server = await startScripted([stream(done)]);
  await collect(follow(server, { lastEventId: '3' }));
  expect(resumedAfter(server)).toEqual(['3']);
});

test('leaving the loop ends the connection', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await startScripted([
    (response) => {
      response.on('close', closed.resolve);
      begin(response).write(running);
    },
  ]);
  for await (const { event: name } of follow(server)) {
    expect(name).toBe('status');
    break;
  }
  await closed.promise;
});

test('an abort ends the loop with its reason, and the connection', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await startScripted([
    (response) => {
      response.on('close', closed.resolve);
      begin(response).write(running);
    },
  ]);
  const controller = new AbortController();
  const events = follow(server, { signal: controller.signal });
  await events.next();
  const next = events.next();
  controller.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  await closed.promise;
});

test('an answer that is no event stream is no answer of a Drover', async () => {
  await using server = await startScripted([json(200, {})]);
  await expect(follow(server).next()).rejects.toMatchObject({ code: 'invalid-answer' });
});

test('nor is an event that is no JSON', async () => {
  await using server = await startScripted([stream('event: status\ndata: <html>\n\n')]);
  await expect(follow(server).next()).rejects.toMatchObject({ code: 'invalid-answer' });
});
