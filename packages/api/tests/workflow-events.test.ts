import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvents, type StreamEvent } from './event-stream.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo } from './workflow-fixtures.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api[Symbol.asyncDispose]());

const open = (id: string, lastEventId?: string): Promise<Response> =>
  fetch(`${api.url}/workflows/${id}/events`, {
    headers: {
      authorization: `Bearer ${keys.acme}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  });

const sleeping = { type: 'demo.sleep', payload: { ms: 300 } };
const body = { steps: { first: sleeping, second: echo(2, { needs: ['first'] }) } };

/** `first running`, or `workflow succeeded`. */
const told = ({ event, data }: StreamEvent): string =>
  `${event === 'step' ? data.step : 'workflow'} ${data.status}`;

test('a workflow is told from beginning to end, then the stream ends', async () => {
  const { id } = await accepted(api, body);
  const response = await open(id);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const collecting = Array.fromAsync(readEvents(response));
  await using _worker = await startWorkerOf(api);
  const events = await collecting;
  const stories = events.map(told);
  expect(stories.slice(0, 3)).toEqual(['first queued', 'second blocked', 'workflow running']);
  expect(stories).toContain('first running');
  expect(stories.slice(-2).toSorted()).toEqual(['second succeeded', 'workflow succeeded']);
  expect(stories.at(-1)).toBe('workflow succeeded');
  expect(new Set(stories).size).toBe(stories.length);
  const last = events.findLast(({ event }) => event === 'step');
  expect(last?.data).toMatchObject({ step: 'second', result: { value: 2 } });
  expect(events.at(-1)?.data).toMatchObject({ id, stepCounts: { total: 2, ended: 2 } });
  expect(events.at(-1)?.data).not.toHaveProperty('steps');
  expect((await open(id, events.at(-1)?.id)).status).toBe(204);
});

test('a stream that breaks off after each event is taken up without doubles', async () => {
  const { id } = await accepted(api, body);
  await using _worker = await startWorkerOf(api);
  const stories: string[] = [];
  let lastEventId: string | undefined;
  for (;;) {
    const response = await open(id, lastEventId);
    if (response.status === 204) break;
    for await (const event of readEvents(response)) {
      stories.push(told(event));
      lastEventId = event.id;
      break;
    }
  }
  expect(stories.at(-1)).toBe('workflow succeeded');
  expect(stories).toContain('first succeeded');
  expect(stories).toContain('second succeeded');
  expect(new Set(stories).size).toBe(stories.length);
});

test('a workflow that nobody knows has no events', async () => {
  expect((await open('workflow.0.01k3v9m8x7e6t5r4w3q2p1n0zz')).status).toBe(404);
});
