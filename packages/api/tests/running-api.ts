import { createHash, randomUUID } from 'node:crypto';
import { queueNames } from '@drover/jobs/definition/queues';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Config } from '@drover/shared/config';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testConfig } from '../../../tests/servers/configuration.ts';
import { composeApi } from '../src/app.ts';

/** Keys of the test API, by what they are for. */
export const keys = {
  acme: 'acme-key',
  other: 'other-key',
  submitOnly: 'submit-key',
  readOnly: 'read-key',
  operator: 'operate-key',
  /** Whoever looks after the dead letters of a tenant. */
  keeper: 'keeper-key',
} as const;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const apiKeys = JSON.stringify([
  { hash: sha256(keys.acme), tenant: 'acme', roles: ['submit', 'read'], tier: 'unlimited' },
  { hash: sha256(keys.other), tenant: 'other', roles: ['submit', 'read'], tier: 'unlimited' },
  { hash: sha256(keys.submitOnly), tenant: 'acme', roles: ['submit'], tier: 'unlimited' },
  { hash: sha256(keys.readOnly), tenant: 'acme', roles: ['read'], tier: 'unlimited' },
  { hash: sha256(keys.operator), tenant: 'acme', roles: ['operate'], tier: 'unlimited' },
  { hash: sha256(keys.keeper), tenant: 'acme', roles: ['read', 'operate'], tier: 'unlimited' },
]);

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

/** The API process's components, running inside the test, on the real Redis. */
export interface RunningApi extends AsyncDisposable {
  readonly config: Config;
  readonly url: string;
  readonly queues: QueueSet;
  readonly artifacts: ArtifactStore;
  /** Asks with the key of tenant `acme` unless other headers are given. */
  ask(path: string, init?: RequestInit & { key?: string | null }): Promise<Answer>;
  /** `POST /jobs` with that body, as JSON unless it is text already. */
  submit(body: unknown, init?: RequestInit & { key?: string | null }): Promise<Answer>;
  /** How many jobs there are in all queues. */
  countJobs(): Promise<number>;
  /** Makes a stop that is under way come to its end sooner. */
  hurry(): void;
}

const toAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = /\bjson/.test(response.headers.get('content-type') ?? '') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
};

export const startApi = async (overrides: Record<string, string> = {}): Promise<RunningApi> => {
  const port = await freePort();
  const config = testConfig({ API_KEYS: apiKeys, PORT: String(port), ...overrides });
  const log = silentLog();
  const stack = createStack(composeApi(config, log), log);
  await stack.start();

  const redis = createRedis({ url: config.redis.url, purpose: 'worker', name: randomUUID(), log });
  const queues = createQueueSet({ redis, keys: createKeys(config.redis.keyPrefix), log });
  const url = `http://127.0.0.1:${port}`;

  const ask: RunningApi['ask'] = async (path, { key = keys.acme, headers, ...init } = {}) => {
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    return toAnswer(
      await fetch(url + path, { ...init, headers: { ...authorization, ...headers } }),
    );
  };

  return {
    config,
    url,
    queues,
    artifacts: createArtifactStore(config),
    ask,
    submit: (body, init = {}) =>
      ask('/jobs', {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
      }),
    countJobs: async () => {
      const partitions = Array.from({ length: config.redis.partitions }, (_, n) => n);
      const counts = await Promise.all(
        queueNames.flatMap((name) => partitions.map((n) => queues.get(name, n).getJobCounts())),
      );
      return counts.flatMap((count) => Object.values(count)).reduce((sum, n) => sum + n, 0);
    },
    hurry: () => stack.hurry(),
    [Symbol.asyncDispose]: async () => {
      const late = await stack.stop(deadlineIn(5_000));
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      if (late.length > 0) throw new Error(`${late.join(', ')} did not stop cleanly`);
    },
  };
};
