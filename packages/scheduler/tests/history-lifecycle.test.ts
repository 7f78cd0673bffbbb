import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack, type Stack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { type RunningApi, startApi } from '../../api/tests/running-api.ts';
import { startWorkerOf } from '../../api/tests/running-worker.ts';
import { composeScheduler } from '../src/app.ts';

let database: OwnDatabase;
let api: RunningApi;
let worker: AsyncDisposable;
let scheduler: Stack;

beforeAll(async () => {
  database = await createDatabase();
  api = await startApi({ DATABASE_URL: database.url });
  worker = await startWorkerOf(api);
  const ports = { ...api.config.ports, scheduler: await freePort() };
  scheduler = createStack(composeScheduler({ ...api.config, ports }, silentLog()), silentLog());
  await scheduler.start();
}, 60_000);

afterAll(async () => {
  await scheduler.stop(deadlineIn(10_000));
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const rowOf = async (id: string) => {
  const [row] = await database.query('select * from drover.jobs where id = $1', [id]);
  return row && { ...row, resource: JSON.parse(row.resource) };
};

/** Polls until the row says what the API says of the job, and that. */
const untilRecorded = async (id: string, expected: object) => {
  await expect
    .poll(() => rowOf(id), { timeout: 15_000, interval: 100 })
    .toMatchObject({ ...expected });
  const { schedule: _, ...shown } = (await api.ask(`/jobs/${id}`)).body;
  await expect
    .poll(async () => (await rowOf(id))?.resource, { timeout: 15_000, interval: 100 })
    .toMatchObject({
      status: shown.status,
      attempts: shown.attempts,
      finishedAt: shown.finishedAt,
    });
};

const submit = async (type: string, payload: unknown, options = {}): Promise<string> =>
  (await api.submit({ type, payload, options })).body.id;

test.each([
  ['succeeded', 'demo.echo', { value: 'hello' }, { retention: 0 }, { attempts_made: 1 }],
  [
    'failed',
    'demo.fail',
    { failures: 3, permanent: true, message: 'broken pipe <b>' },
    {},
    { error_message: 'broken pipe <b>', attempts_made: 1 },
  ],
  ['scheduled', 'demo.echo', { value: 1 }, { delay: '1h' }, { finished_at: null }],
  [
    'retrying',
    'demo.fail',
    { failures: 3 },
    { backoff: { kind: 'fixed', delay: '1h' } },
    { attempts_made: 1, finished_at: null },
  ],
])('%s', async (status, type, payload, options, expected) => {
  await untilRecorded(await submit(type, payload, options), { status, ...expected });
});

test('canceled: while it waits, and while it runs', async () => {
  const waiting = await submit('demo.echo', { value: 1 }, { delay: '1h' });
  const running = await submit('demo.sleep', { ms: 60_000 });
  await untilRecorded(running, { status: 'running' });
  for (const id of [waiting, running]) await api.ask(`/jobs/${id}`, { method: 'DELETE' });
  await untilRecorded(waiting, { status: 'canceled', error_code: 'canceled', attempts_made: 0 });
  await untilRecorded(running, { status: 'canceled', error_code: 'canceled', attempts_made: 1 });
});

test('expired', async () => {
  const pause = (what: string) =>
    api.ask(`/queues/demo/${what}`, { method: 'POST', key: 'operate-key' });
  await pause('pause');
  const id = await submit('demo.echo', { value: 1 }, { expiresIn: 1 });
  await pause('resume');
  await untilRecorded(id, { status: 'expired', error_code: 'expired' });
});

test('retried by hand: the same row, open again and then with its new end', async () => {
  const id = await submit('demo.fail', { failures: 4 }, { attempts: 2, backoff: { delay: 1 } });
  await untilRecorded(id, { status: 'failed', attempts_made: 2 });
  await api.ask(`/jobs/${id}/retry`, { method: 'POST' });
  await untilRecorded(id, { status: 'failed', attempts_made: 4 });
  await api.ask(`/dead-letters/${id}/redrive`, { method: 'POST', key: 'keeper-key' });
  await untilRecorded(id, { status: 'succeeded', attempts_made: 5, error_code: null });
});

test('debounced: the data that it will run with, and its new time', async () => {
  const options = { dedupe: { key: 'k', mode: 'debounce', ttl: '1h' } };
  const id = await submit('demo.echo', { value: 'first' }, options);
  await untilRecorded(id, { status: 'scheduled' });
  expect(await submit('demo.echo', { value: 'last' }, options)).toBe(id);
  await expect
    .poll(async () => (await rowOf(id))?.resource.payload, { timeout: 10_000 })
    .toEqual({ value: 'last' });
  const [{ count }] = await database.query(
    'select count(*)::int as count from drover.jobs where resource like \'%"last"%\'',
  );
  expect(count).toBe(1);
});

test('steps of a workflow: which one, blocked until released, canceled and blocked again', async () => {
  const { body } = await api.ask('/workflows', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      steps: {
        first: { type: 'demo.fail', payload: { failures: 1 }, options: { attempts: 1 } },
        second: { type: 'demo.echo', payload: { value: 2 }, needs: ['first'] },
      },
    }),
  });
  expect(body).toMatchObject({ status: 'running' });
  const [first, second] = [body.steps.first.job, body.steps.second.job];
  await untilRecorded(first, { status: 'failed', workflow: body.id, step: 'first' });
  await untilRecorded(second, { status: 'canceled', workflow: body.id, step: 'second' });
  await api.ask(`/jobs/${first}/retry`, { method: 'POST' });
  await untilRecorded(first, { status: 'succeeded' });
  await untilRecorded(second, { status: 'succeeded', attempts_made: 1 });
});
