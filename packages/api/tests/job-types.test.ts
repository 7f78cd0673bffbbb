import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test('the catalog lists every type with its contract and defaults', async () => {
  const { body } = await api.ask('/job-types');
  const types = body.items.map((item: { type: string }) => item.type);
  expect(types.toSorted()).toEqual([
    'cache.warm',
    'data.import',
    'demo.crash',
    'demo.echo',
    'demo.fail',
    'demo.sleep',
    'email.send',
    'http.request',
    'image.optimize',
    'image.thumbnails',
    'report.generate',
    'view.refresh',
  ]);
  for (const item of body.items) {
    expect(item).toMatchObject({
      summary: expect.any(String),
      payload: { type: 'object', additionalProperties: false },
      result: { type: 'object' },
      defaults: { attempts: expect.any(Number), timeout: expect.any(Number) },
    });
  }
});

test('one type can be asked for', async () => {
  const { body } = await api.ask('/job-types/email.send');
  expect(body).toMatchObject({
    type: 'email.send',
    queue: 'mail',
    payload: { required: ['to', 'subject', 'text'] },
    defaults: { attempts: 5, timeout: 30_000, backoff: { kind: 'exponential', delay: 1_000 } },
    links: { self: '/job-types/email.send' },
  });
});

test('an unknown type is not found, and the nearest one named', async () => {
  expect(await api.ask('/job-types/email.sent')).toMatchObject({
    status: 404,
    body: { type: '/problems/job-type-not-found', detail: expect.stringContaining('"email.send"') },
  });
});

test('production has no demonstration types', async () => {
  await using production = await startApi({ NODE_ENV: 'production' });
  const answer = await production.submit({ type: 'demo.echo', payload: { value: 1 } });
  expect(answer).toMatchObject({ status: 422, body: { type: '/problems/unknown-job-type' } });
});
