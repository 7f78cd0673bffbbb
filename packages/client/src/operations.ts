import type { QueuePatchInput, QueueStatus, WorkerStatus } from '@drover/jobs/contract/operations';
import { segment, type Transport } from './http/transport.ts';

export type { QueueStatus, WorkerStatus };

/** Settings to change: `null` returns to what is configured, what is left out stays as it is. */
export type QueueSettingsPatch = QueuePatchInput;

/** A job type of the server's catalog. Durations are milliseconds, schemas JSON Schema 2020-12. */
export interface JobTypeDescription {
  type: string;
  queue: string;
  summary: string;
  /** What a key needs to submit it: `operate` is needed beside `submit`. */
  role: 'submit' | 'operate';
  payload: Record<string, unknown>;
  result: Record<string, unknown>;
  defaults: {
    attempts: number;
    backoff: { kind: 'fixed' | 'exponential'; delay: number; max: number; jitter: number };
    timeout: number;
    priority: number;
    expiresIn: number | null;
    retention: number | null;
  };
  links: { self: string };
}

/** What a call may be given beside its arguments. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** The calls that look at the whole system and steer it; all but `jobTypes` need the role `operate`. */
export const operations = (transport: Transport) => {
  const list = async <T>(path: string, { signal }: CallOptions = {}): Promise<T[]> => {
    const request = { method: 'GET', path, retry: 'always', signal } as const;
    return (await transport.request<{ items: T[] }>(request)).body.items;
  };
  /** All of these set what is to be, so they may be tried again. */
  const onQueue = async (
    name: string,
    {
      method,
      verb = '',
      body,
    }: { method: 'GET' | 'POST' | 'PATCH'; verb?: string; body?: unknown },
    { signal }: CallOptions = {},
  ) => {
    const path = `queues/${segment(name)}${verb}`;
    const request = { method, path, body, retry: 'always', signal } as const;
    return (await transport.request<QueueStatus>(request)).body;
  };
  return {
    queues: (options?: CallOptions) => list<QueueStatus>('queues', options),
    queue: (name: string, options?: CallOptions) => onQueue(name, { method: 'GET' }, options),
    updateQueue: (name: string, settings: QueueSettingsPatch, options?: CallOptions) =>
      onQueue(name, { method: 'PATCH', body: settings }, options),
    pauseQueue: (name: string, options?: CallOptions) =>
      onQueue(name, { method: 'POST', verb: '/pause' }, options),
    resumeQueue: (name: string, options?: CallOptions) =>
      onQueue(name, { method: 'POST', verb: '/resume' }, options),
    workers: (options?: CallOptions) => list<WorkerStatus>('workers', options),
    jobTypes: (options?: CallOptions) => list<JobTypeDescription>('job-types', options),
  };
};
