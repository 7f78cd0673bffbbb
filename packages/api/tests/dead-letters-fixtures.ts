import { createHash } from 'node:crypto';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import { enterDeadLetter } from '@drover/jobs/dead-letters/enter';
import { type JobAddress, newJobId, parseJobId } from '@drover/shared/job-id';
import type { Answer, RunningApi } from './running-api.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Keys of tests about dead letters: who works, who operates, who is another, who sees all. */
export const deadKeys = {
  acme: 'acme-both',
  reader: 'acme-read',
  submitter: 'acme-submit',
  other: 'other-both',
  admin: 'an-admin',
} as const;

const keyOf = (key: string, tenant: string, roles: readonly string[]) => ({
  hash: sha256(key),
  tenant,
  roles,
  tier: 'unlimited',
});

export const deadApiKeys = JSON.stringify([
  keyOf(deadKeys.acme, 'acme', ['submit', 'read', 'operate']),
  keyOf(deadKeys.reader, 'acme', ['read']),
  keyOf(deadKeys.submitter, 'acme', ['submit']),
  keyOf(deadKeys.other, 'other', ['submit', 'read', 'operate']),
  keyOf(deadKeys.admin, 'ops', ['admin']),
]);

type Init = NonNullable<Parameters<RunningApi['ask']>[1]>;

/** Calls of the dead letters of an API, with the key of tenant `acme` unless another is given. */
export const deadLetterCalls = (api: RunningApi) => {
  const ask = (method: string, path: string, body?: unknown, init: Init = {}): Promise<Answer> =>
    api.ask(path, {
      method,
      key: deadKeys.acme,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...init,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...init.headers,
      },
    });

  const submit = async (
    type: string,
    payload: unknown,
    options = {},
    key: string = deadKeys.acme,
  ) => (await api.submit({ type, payload, options }, { key })).body as JobResource;

  /** The job once it has finished. */
  const finished = async (id: string, key: string = deadKeys.acme): Promise<JobResource> =>
    (await api.ask(`/jobs/${id}`, { key, headers: { prefer: 'wait=20' } })).body;

  /** A job that has failed for good; it succeeds when it is redriven `failures` times. */
  const die = async (
    payload: { failures?: number; message?: string; permanent?: boolean } = {},
    options = {},
    key: string = deadKeys.acme,
  ): Promise<JobResource> => {
    const { id } = await submit(
      'demo.fail',
      { failures: 1, permanent: true, ...payload },
      options,
      key,
    );
    const job = await finished(id, key);
    await untilEntered(id);
    return job;
  };

  const entryKey = (id: string) =>
    api.queues.keys.inQueue('dead-letters', parseJobId(id)?.partition ?? 0, id);

  const untilEntered = async (id: string) => {
    while ((await api.queues.redis.exists(entryKey(id))) === 0);
  };

  return {
    ask,
    submit,
    finished,
    die,
    entryKey,
    list: async (query = '', key: string = deadKeys.acme) =>
      (await ask('GET', `/dead-letters${query}`, undefined, { key })).body,
    ids: async (query = '', key: string = deadKeys.acme): Promise<string[]> =>
      (await ask('GET', `/dead-letters${query}`, undefined, { key })).body.items.map(
        ({ id }: { id: string }) => id,
      ),
    redrive: (id: string, body?: unknown, init: Init = {}) =>
      ask('POST', `/dead-letters/${id}/redrive`, body, init),
    redriveAll: (body: unknown, init: Init = {}) =>
      ask('POST', '/dead-letters/redrive', body, init),
  };
};

/**
 * Failed jobs as a worker leaves them, but many and at once; without entries, as after a crash.
 * @returns their ids, the first failed first.
 */
export const plantFailed = async (
  { queues }: Pick<RunningApi, 'queues'>,
  count: number,
  of: (n: number) => {
    tenant?: string;
    code?: string;
    message?: string;
    at?: number;
    type?: string;
    queue?: string;
    partition?: number;
  } = () => ({}),
): Promise<string[]> => {
  const { redis, keys } = queues;
  const ids: string[] = [];
  const startedAt = Date.now() - count;
  let batch = redis.pipeline();
  for (let n = 0; n < count; n += 1) {
    const { tenant = 'acme', code = 'error', message = 'no', at = startedAt + n, ...more } = of(n);
    const { queue = 'demo', type = 'demo.fail', partition = 0 } = more;
    const id = newJobId(queue, partition);
    const failure = {
      attempt: 1,
      code,
      message,
      retryable: false,
      worker: 'test:1',
      startedAt: new Date(at - 5).toISOString(),
      durationMs: 5,
    };
    batch
      .hset(keys.inQueue(queue, partition, id), {
        name: type,
        data: JSON.stringify({ tenant, payload: { failures: 1 } }),
        opts: JSON.stringify({ attempts: 1, priority: 5 }),
        timestamp: at - 10,
        delay: 0,
        priority: 5,
        processedOn: at - 5,
        finishedOn: at,
        failedReason: message,
        stacktrace: JSON.stringify([`${JSON.stringify(failure)}\nError: ${message}\n    at x`]),
        atm: 1,
        ats: 1,
      })
      .zadd(keys.inQueue(queue, partition, 'failed'), at, id);
    ids.push(id);
    if (n % 1_000 === 999) {
      await batch.exec();
      batch = redis.pipeline();
    }
  }
  await batch.exec();
  return ids;
};

/** Makes the dead letters of jobs that were planted. */
export const enterAll = async ({ queues }: Pick<RunningApi, 'queues'>, ids: readonly string[]) => {
  for (let n = 0; n < ids.length; n += 1_000) {
    await Promise.all(
      ids.slice(n, n + 1_000).map((id) => enterDeadLetter(queues, parseJobId(id) as JobAddress)),
    );
  }
};
