import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvents, type StreamEvent } from './event-stream.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const sleep = (ms: number, steps: number) => ({ type: 'demo.sleep', payload: { ms, steps } });

const open = (id: string, lastEventId?: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${api.url}/jobs/${id}/events`, {
    headers: {
      authorization: `Bearer ${keys.acme}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    ...(signal && { signal }),
  });

const collect = async (response: Response): Promise<StreamEvent[]> =>
  Array.fromAsync(readEvents(response));

const named = (events: readonly StreamEvent[], name: string) =>
  events.filter(({ event }) => event === name);

test('a job is told from beginning to end, then the stream ends', async () => {
  const { body } = await api.submit(sleep(600, 5));
  const response = await open(body.id);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const collecting = collect(response);
  await using _worker = await startWorkerOf(api);
  const events = await collecting;

  const statuses = named(events, 'status').map(({ data }) => data.status);
  expect(statuses).toEqual(['queued', 'running', 'succeeded']);
  expect(events.at(-1)?.data).toMatchObject({ id: body.id, result: { sleptMs: 600 } });
  const lines = named(events, 'log').map(({ data }) => data);
  expect(lines.map(({ seq, message }) => `${seq} ${message}`)).toEqual(
    [1, 2, 3, 4, 5].map((step) => `${step} step ${step} of 5`),
  );
  const progress = named(events, 'progress').map(({ data }) => data.progress);
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual(progress.toSorted());
});

test('a stream that breaks off is taken up without loss or doubles', async () => {
  const { body } = await api.submit(sleep(1_500, 30));
  await using _worker = await startWorkerOf(api);
  const all: StreamEvent[] = [];
  let lastEventId: string | undefined;
  for (;;) {
    const response = await open(body.id, lastEventId);
    if (response.status === 204) break;
    let taken = 0;
    for await (const event of readEvents(response)) {
      all.push(event);
      lastEventId = event.id;
      taken += 1;
      if (taken === 7) break;
    }
  }
  expect(named(all, 'log').map(({ data }) => data.seq)).toEqual(
    Array.from({ length: 30 }, (_, i) => i + 1),
  );
  const statuses = named(all, 'status').map(({ data }) => data.status);
  expect(statuses.at(-1)).toBe('succeeded');
  expect(new Set(statuses).size).toBe(statuses.length);
});

test('a finished job is told at once; to those who know its end, 204', async () => {
  const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 } });
  await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
  const events = await collect(await open(body.id));
  expect(events.map(({ event, data }) => [event, data.status])).toEqual([['status', 'canceled']]);
  expect((await open(body.id, events[0]?.id)).status).toBe(204);
});

test.each(['nonsense', '999999999999.running-1-1', '-1.x', ''])(
  'a Last-Event-ID that is not ours, %j, begins at the beginning',
  async (lastEventId) => {
    const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 } });
    await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
    expect(await collect(await open(body.id, lastEventId))).toHaveLength(1);
  },
);

test('a job that is retried is followed on', async () => {
  await using _worker = await startWorkerOf(api);
  const options = { attempts: 1 };
  const { body } = await api.submit({ type: 'demo.fail', payload: { failures: 1 }, options });
  const first = await collect(await open(body.id));
  await api.ask(`/jobs/${body.id}/retry`, { method: 'POST' });
  const second = await collect(await open(body.id, first.at(-1)?.id));
  expect(first.at(-1)?.data.status).toBe('failed');
  expect(second.at(-1)?.data.status).toBe('succeeded');
});

test('a follower who goes away leaves nothing behind', async () => {
  const { body } = await api.submit({
    type: 'demo.echo',
    payload: { value: 1 },
    options: { delay: '1h' },
  });
  const gone = new AbortController();
  const response = await open(body.id, undefined, gone.signal);
  const events = readEvents(response);
  await events.next();
  const channel = api.queues.keys.changes({ id: body.id, queue: 'demo', partition: 0 });
  const followers = async () => (await api.queues.redis.pubsub('NUMSUB', channel))[1];
  expect(await followers()).toBe(1);
  gone.abort();
  await expect.poll(followers).toBe(0);
});

test('a server that stops ends its streams', async () => {
  const stopping = await startApi();
  const { body } = await stopping.submit({
    type: 'demo.echo',
    payload: { value: 1 },
    options: { delay: '1h' },
  });
  const response = await fetch(`${stopping.url}/jobs/${body.id}/events`, {
    headers: { authorization: `Bearer ${keys.acme}` },
  });
  const events = readEvents(response);
  expect((await events.next()).value?.data.status).toBe('scheduled');
  await stopping[Symbol.asyncDispose]();
  expect((await events.next()).done).toBe(true);
});

test('another tenant’s job, or none: 404', async () => {
  const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 } });
  expect((await api.ask(`/jobs/${body.id}/events`, { key: keys.other })).status).toBe(404);
  expect((await api.ask('/jobs/nonsense/events')).status).toBe(404);
  expect((await api.ask(`/jobs/${body.id}/events`, { key: keys.submitOnly })).status).toBe(403);
});
