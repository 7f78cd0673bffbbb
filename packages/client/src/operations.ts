import type { QueueStatus, WorkerStatus } from '@drover/jobs/contract/operations';
import { segment, type Transport } from './http/transport.ts';

export type { QueueStatus, WorkerStatus };

/** A job type of the server's catalog. Durations are milliseconds, schemas JSON Schema 2020-12. */
export interface JobTypeDescription {
  type: string;
  queue: string;
  summary: string;
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
  /** Pausing a paused queue changes nothing, so both may be tried again. */
  const steer = async (name: string, verb: 'pause' | 'resume', { signal }: CallOptions = {}) => {
    const path = `queues/${segment(name)}/${verb}`;
    const request = { method: 'POST', path, retry: 'always', signal } as const;
    return (await transport.request<QueueStatus>(request)).body;
  };
  return {
    queues: (options?: CallOptions) => list<QueueStatus>('queues', options),
    pauseQueue: (name: string, options?: CallOptions) => steer(name, 'pause', options),
    resumeQueue: (name: string, options?: CallOptions) => steer(name, 'resume', options),
    workers: (options?: CallOptions) => list<WorkerStatus>('workers', options),
    jobTypes: (options?: CallOptions) => list<JobTypeDescription>('job-types', options),
  };
};
