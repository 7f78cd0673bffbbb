import { expect, test } from 'vitest';
import { createClient } from '../src/index.ts';
import { hangUp, jobWith, json, startScripted, succeeded } from './scripted-server.ts';

const waiting = (url: string, options?: { timeoutMs?: number; signal?: AbortSignal }) =>
  createClient({ url, key: 'dev', retries: 0 }).wait<'demo.echo'>('demo.0.1', options);

test('it asks the server to hold its answer, again and again until the job has finished', async () => {
  await using server = await startScripted([
    json(200, jobWith()),
    json(200, jobWith({ status: 'running' })),
    json(200, succeeded),
  ]);
  expect(await waiting(server.url)).toMatchObject({ status: 'succeeded', result: { value: 1 } });
  expect(server.received.map(({ headers }) => headers['prefer'])).toEqual(Array(3).fill('wait=50'));
});

test('a server that has answered before may be away for a while', async () => {
  await using server = await startScripted([
    json(200, jobWith()),
    hangUp,
    hangUp,
    json(200, succeeded),
  ]);
  expect(await waiting(server.url)).toMatchObject({ status: 'succeeded' });
});

test('a server that never answers is not waited for', async () => {
  await using server = await startScripted([hangUp, json(200, succeeded)]);
  await expect(waiting(server.url)).rejects.toMatchObject({ code: 'network-error' });
});

test('a job that takes too long is an error of its own, even while the server holds', async () => {
  await using server = await startScripted([() => undefined]);
  await expect(waiting(server.url, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'wait-timed-out',
    detail: 'The job demo.0.1 has not finished within 0.05 s.',
  });
});

test('an abort ends the wait with its reason', async () => {
  await using server = await startScripted([() => undefined]);
  const controller = new AbortController();
  const job = waiting(server.url, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(job).rejects.toThrow('enough');
});
