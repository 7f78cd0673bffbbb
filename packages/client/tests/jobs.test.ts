import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { type Client, createClient, DroverError, type JobEvent } from '../src/index.ts';

let system: RunningSystem;
let client: Client;
beforeAll(async () => {
  system = await startSystem({ roles: ['api', 'worker'] });
  client = createClient({ url: system.url, key: 'dev' });
});
afterAll(() => system[Symbol.asyncDispose]());

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

describe('from submission to result', () => {
  test('a job is submitted and waited for', async () => {
    const submitted = await client.submit('demo.sleep', { ms: 50 }, { priority: 1, tags: ['a'] });
    expect(submitted).toMatchObject({ type: 'demo.sleep', priority: 1, tags: ['a'], result: null });
    const job = await client.wait(submitted);
    expect(job).toMatchObject({ id: submitted.id, status: 'succeeded', result: { sleptMs: 50 } });
    expect(await client.get(job)).toEqual(job);
  });

  test('a job that failed is no error of the call', async () => {
    const job = await client.wait(
      await client.submit('demo.fail', { failures: 1, permanent: true, message: 'no luck' }),
    );
    expect(job).toMatchObject({
      status: 'failed',
      result: null,
      error: { code: 'demo-permanent', message: 'no luck' },
    });
  });

  test('submission and result in one call', async () => {
    const job = await client.submit('demo.echo', { value: [1] }, {}, { waitMs: 10_000 });
    expect(job).toMatchObject({ status: 'succeeded', result: { value: [1] } });
  });

  test('the wait may end before the job does', async () => {
    const { id } = await client.submit('demo.sleep', { ms: 60_000 });
    await expect(client.wait(id, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'wait-timed-out',
    });
    await client.cancel(id);
    expect(await client.wait(id)).toMatchObject({ status: 'canceled', result: null });
  });

  test('a file that a job made', async () => {
    const made = await client.wait(
      await client.submit('image.optimize', { source: { base64: pixel }, format: 'png' }),
    );
    if (made.status !== 'succeeded') throw new Error(made.status);
    const { job, name, size } = made.result.artifact;
    const file = await client.artifact(job, name);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect((await file.arrayBuffer()).byteLength).toBe(size);
    const part = await client.artifact(job, name, { range: 'bytes=1-3' });
    expect([part.status, await part.text()]).toEqual([206, 'PNG']);
    await expect(client.artifact(job, 'no.png')).rejects.toMatchObject({
      code: 'artifact-not-found',
    });
  });
});

describe('following', () => {
  test('statuses, progress and every log line, in order, until the job has finished', async () => {
    const events: JobEvent<'demo.sleep'>[] = [];
    for await (const event of client.follow(
      await client.submit('demo.sleep', { ms: 300, steps: 3 }),
    )) {
      events.push(event);
    }
    const statuses = events.flatMap((it) => (it.event === 'status' ? [it.data.status] : []));
    expect(statuses.at(-1)).toBe('succeeded');
    expect(statuses).toContain('running');
    const lines = events.flatMap((it) => (it.event === 'log' ? [it.data.seq] : []));
    expect(lines).toEqual([1, 2, 3]);
    const progress = events.flatMap((it) => (it.event === 'progress' ? [it.data.progress] : []));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ data: { result: { sleptMs: 300 } } });
  });

  test('who has seen the end sees nothing more', async () => {
    const job = await client.submit('demo.echo', { value: 1 }, {}, { waitMs: 10_000 });
    const [end] = await Array.fromAsync(client.follow(job));
    expect(end).toMatchObject({ event: 'status', data: { status: 'succeeded' } });
    const again = client.follow(job, { lastEventId: end?.id });
    expect(await Array.fromAsync(again)).toEqual([]);
  });

  test('the log, page by page', async () => {
    const { id } = await client.wait(await client.submit('demo.sleep', { ms: 0, steps: 5 }));
    const seqs = async (options: object) =>
      (await Array.fromAsync(client.logs(id, options))).map(({ seq }) => seq);
    expect(await seqs({ pageSize: 2 })).toEqual([1, 2, 3, 4, 5]);
    expect(await seqs({ after: 3 })).toEqual([4, 5]);
    expect(await seqs({ after: 5 })).toEqual([]);
  });
});

describe('once and no more', () => {
  test('the same key gives the same job', async () => {
    const call = { idempotencyKey: `order-${Math.random()}` };
    const first = await client.submit('demo.echo', { value: 1 }, {}, call);
    const second = await client.submit('demo.echo', { value: 1 }, {}, call);
    expect(second.id).toBe(first.id);
    expect([first.replayed, second.replayed]).toEqual([false, true]);
    await expect(client.submit('demo.echo', { value: 2 }, {}, call)).rejects.toMatchObject({
      status: 422,
    });
  });

  test('an earlier job with the same dedupe key is told as such', async () => {
    const options = { delay: '1h', dedupe: { key: `nightly-${Math.random()}` } };
    const first = await client.submit('demo.echo', { value: 1 }, options);
    const second = await client.submit('demo.echo', { value: 2 }, options);
    expect(second).toMatchObject({ id: first.id, deduplicated: true, payload: { value: 1 } });
    expect(first.deduplicated).toBe(false);
  });
});

describe('changing one’s mind', () => {
  test('a scheduled job is canceled at once, a finished one is not', async () => {
    const scheduled = await client.submit('demo.echo', { value: 1 }, { delay: '1h' });
    expect(await client.cancel(scheduled)).toMatchObject({ status: 'canceled' });
    await expect(client.cancel(scheduled)).rejects.toMatchObject({
      code: 'job-finished',
      status: 409,
    });
  });

  test('a failed job runs again under its id', async () => {
    const payload = { failures: 1, permanent: true };
    const failed = await client.wait(await client.submit('demo.fail', payload));
    await client.retry(failed);
    expect(await client.wait(failed)).toMatchObject({ id: failed.id, status: 'succeeded' });
    await expect(client.retry(failed)).rejects.toMatchObject({ code: 'job-not-retryable' });
  });
});

test('each job of a batch is accepted or refused by itself', async () => {
  const { accepted, rejected, items } = await client.batch([
    { type: 'demo.echo', payload: { value: 1 } },
    { type: 'demo.sleep', payload: { ms: -1 } },
    { type: 'demo.sleep', payload: { ms: 0 }, options: { delay: '1h' } },
  ]);
  expect({ accepted, rejected }).toEqual({ accepted: 2, rejected: 1 });
  const [echo, wrong, later] = items;
  if (!echo.accepted || wrong.accepted || !later.accepted) throw new Error('not as expected');
  expect(await client.wait(echo.job)).toMatchObject({ result: { value: 1 } });
  expect(wrong.error).toBeInstanceOf(DroverError);
  expect(wrong.error).toMatchObject({
    code: 'invalid-submission',
    errors: [{ pointer: expect.stringContaining('/payload/ms') }],
  });
  expect(later.job.status).toBe('scheduled');
});

describe('operating', () => {
  test('a paused queue keeps its jobs', async () => {
    expect(await client.pauseQueue('mail')).toMatchObject({ name: 'mail', paused: true });
    const job = await client.submit('email.send', { to: 'a@example.com', subject: '', text: '' });
    const mail = (await client.queues()).find(({ name }) => name === 'mail');
    expect(mail).toMatchObject({ paused: true, counts: { queued: 1, running: 0 } });
    expect(await client.resumeQueue('mail')).toMatchObject({ paused: false });
    expect(await client.wait(job)).toMatchObject({ status: 'succeeded' });
  });

  test('the settings of a queue are changed, and returned to what is configured', async () => {
    const rateLimit = { max: 100, per: '1m' };
    const { settings } = await client.updateQueue('media', { concurrency: 4, rateLimit });
    expect(settings.rateLimit.effective).toEqual({ max: 100, per: 60_000 });
    expect((await client.queue('media')).settings).toEqual(settings);
    const before = await client.updateQueue('media', { concurrency: null, rateLimit: null });
    expect(before.settings.concurrency).toMatchObject({ effective: 2, overridden: false });
    await expect(client.updateQueue('media', { concurrency: 0 })).rejects.toMatchObject({
      code: 'invalid-submission',
    });
  });

  test('workers and job types', async () => {
    await expect
      .poll(() => client.workers())
      .toMatchObject([{ running: [], pid: expect.any(Number) }]);
    const types = await client.jobTypes();
    expect(types.find(({ type }) => type === 'demo.echo')).toMatchObject({
      queue: 'demo',
      payload: { type: 'object' },
      defaults: { attempts: 3, backoff: { kind: 'exponential' } },
    });
  });
});

test('a call that is refused says why', async () => {
  const stranger = createClient({ url: system.url, key: 'wrong' });
  await expect(stranger.get('demo.0.1')).rejects.toMatchObject({
    code: 'unauthorized',
    status: 401,
    requestId: expect.any(String),
  });
  await expect(client.get('demo.0.1')).rejects.toMatchObject({ code: 'job-not-found' });
});
