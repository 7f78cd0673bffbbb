import { expect, test } from 'vitest';
import {
  echo,
  expectProblem,
  failing,
  later,
  sleeping,
  type Talk,
  waiting,
} from './openapi-talk.ts';
import { keys, startApi } from './running-api.ts';

/** Of jobs and workflows: what goes well. */
export const testJobs = (talk: Talk): void => {
  const { checked, send } = talk;

  test('submitting, waiting, deduplicating and repeating', async () => {
    expect((await send('/jobs', echo)).status).toBe(202);
    expect((await send('/jobs', echo, waiting)).status).toBe(200);
    expect((await send('/jobs', failing, waiting)).body.status).toBe('failed');
    const dedupe = { ...later, options: { ...later.options, dedupe: { key: 'one' } } };
    await send('/jobs', dedupe);
    expect((await send('/jobs', dedupe)).headers.get('deduplicated')).toBe('true');
    const key = { headers: { 'idempotency-key': 'a-key' } };
    await send('/jobs', later, key);
    expect((await send('/jobs', later, key)).headers.get('idempotency-replayed')).toBe('true');
  });

  test('batches', async () => {
    expect((await send('/jobs/batch', { jobs: [echo, later] })).status).toBe(202);
    expect((await send('/jobs/batch', { jobs: [echo, { type: 'x' }] })).status).toBe(207);
    const none = await send('/jobs/batch', { jobs: [7, { type: 'x', payload: {} }] });
    expect(none).toMatchObject({ status: 422, body: { accepted: 0, rejected: 2 } });
  });

  test('reading, following, logs and files', async () => {
    const steps = { type: 'demo.sleep', payload: { ms: 10, steps: 3 } };
    const { id } = (await send('/jobs', steps, waiting)).body;
    const { headers } = await checked('GET', `/jobs/${id}`);
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await checked('GET', `/jobs/${id}`, known)).status).toBe(304);
    await checked('HEAD', `/jobs/${id}`);

    const events = await checked('GET', `/jobs/${id}/events`);
    const last = /^id: ?(.+)$/gm;
    const ids = [...events.text.matchAll(last)].map(([, it = '']) => it);
    const seen = { headers: { 'last-event-id': ids.at(-1) ?? '' } };
    expect((await checked('GET', `/jobs/${id}/events`, seen)).status).toBe(204);

    const logs = await checked('GET', `/jobs/${id}/logs?limit=2`);
    expect(logs.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2 }], nextAfter: 2 });
    const knownLogs = { headers: { 'if-none-match': logs.headers.get('etag') ?? '' } };
    expect((await checked('GET', `/jobs/${id}/logs?limit=2`, knownLogs)).status).toBe(304);

    await talk.api.artifacts.put({ job: id, name: 'a.txt' }, Buffer.from('0123456789'));
    const file = `/jobs/${id}/artifacts/a.txt`;
    const whole = await checked('GET', file);
    for (const [header, value, status] of [
      ['range', 'bytes=0-3', 206],
      ['range', 'bytes=90-', 416],
      ['if-none-match', whole.headers.get('etag') ?? '', 304],
    ] as const) {
      expect((await checked('GET', file, { headers: { [header]: value } })).status).toBe(status);
    }
    expectProblem(
      await checked('GET', `/jobs/${id}/artifacts/none.txt`),
      404,
      'artifact-not-found',
    );
  });

  test('canceling and retrying', async () => {
    const scheduled = (await send('/jobs', later)).body.id;
    expect((await checked('DELETE', `/jobs/${scheduled}`)).status).toBe(200);
    expectProblem(await checked('DELETE', `/jobs/${scheduled}`), 409, 'job-finished');

    const { id } = (await send('/jobs', sleeping)).body;
    for (let status = ''; status !== 'running'; ) {
      ({ status } = (await checked('GET', `/jobs/${id}`)).body);
    }
    expect((await checked('DELETE', `/jobs/${id}`)).status).toBe(202);
    expect((await checked('GET', `/jobs/${id}`, waiting)).body.status).toBe('canceled');

    const failed = (await send('/jobs', failing, waiting)).body.id;
    expect((await send(`/jobs/${failed}/retry`, {})).status).toBe(202);
    const waits = (await send('/jobs', later)).body.id;
    expectProblem(await send(`/jobs/${waits}/retry`, {}), 409, 'job-not-retryable');
  });

  test('listing, searching and exporting jobs, and changing many', async () => {
    await talk.api.submit(later);
    expect((await checked('GET', '/jobs?status=queued,scheduled&limit=1')).status).toBe(200);
    const none = '/jobs?type=no.such';
    const { headers } = await checked('GET', none);
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await checked('GET', none, known)).status).toBe(304);
    for (const path of ['/jobs?limit=0', '/jobs?cursor=x', '/jobs/export?x=1']) {
      expectProblem(await checked('GET', path), 400, 'invalid-parameters');
    }
    expect((await checked('GET', '/jobs/export?text=nothing')).status).toBe(200);
    const keeper = { key: keys.keeper };
    for (const action of ['/jobs/cancel', '/jobs/retry']) {
      const filter = { tag: ['none'] };
      expect((await send(action, { filter, dryRun: true }, keeper)).status).toBe(200);
      expect((await send(action, { filter }, keeper)).status).toBe(202);
      expectProblem(await send(action, {}, keeper), 422, 'invalid-submission');
    }
    await using off = await startApi({ HISTORY_DAYS: '0' });
    for (const path of ['/jobs', '/jobs/export']) {
      expectProblem(await checked('GET', path, {}, off), 501, 'history-off');
    }
    for (const path of ['/jobs/cancel', '/jobs/retry']) {
      const body = JSON.stringify({ all: true });
      const init = { ...keeper, body, headers: { 'content-type': 'application/json' } };
      expectProblem(await checked('POST', path, init, off), 501, 'history-off');
    }
  });

  test('workflows', async () => {
    const chain = { chain: [echo, { ...echo, name: 'last' }] };
    expect((await send('/workflows', chain, waiting)).status).toBe(200);
    const { id } = (await send('/workflows', chain)).body;
    const whole = `/workflows/${id}`;
    await checked('GET', whole, waiting);
    for (const path of [whole, '/workflows']) {
      const { headers } = await checked('GET', path);
      const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect((await checked('GET', path, known)).status).toBe(304);
    }
    expectProblem(await checked('GET', '/workflows?limit=0'), 400, 'invalid-parameters');
    const events = await checked('GET', `${whole}/events`);
    const ids = [...events.text.matchAll(/^id: ?(.+)$/gm)].map(([, it = '']) => it);
    const seen = { headers: { 'last-event-id': ids.at(-1) ?? '' } };
    expect((await checked('GET', `${whole}/events`, seen)).status).toBe(204);
    expectProblem(await checked('DELETE', whole), 409, 'workflow-finished');

    const waits = (await send('/workflows', { chain: [later] })).body.id;
    expect((await checked('DELETE', `/workflows/${waits}`)).status).toBe(200);
    const { id: slow, steps } = (await send('/workflows', { chain: [sleeping] })).body;
    for (let status = ''; status !== 'running'; ) {
      ({ status } = (await checked('GET', `/jobs/${steps['step-1'].job}`)).body);
    }
    expect((await checked('DELETE', `/workflows/${slow}`)).status).toBe(202);

    const headers = { 'idempotency-key': 'a-workflow' };
    const gone = (await send('/workflows', { chain: [later] }, { headers })).body.id;
    await talk.api.queues.redis.del(talk.api.queues.keys.inQueue('workflow', 0, gone));
    expectProblem(await send('/workflows', { chain: [later] }, { headers }), 410, 'workflow-gone');
  });
};
