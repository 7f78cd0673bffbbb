import type { Catalog, JobTypeMap, TypeName } from '../catalog.ts';
import { DroverError } from '../error.ts';
import { startDeadline } from '../http/deadline.ts';
import { seconds } from '../http/failures.ts';
import { heldFor } from '../http/prefer.ts';
import { segment, type Transport } from '../http/transport.ts';
import { type FinishedJob, isFinished, type Job } from '../job.ts';

export interface WaitOptions {
  /** How long to wait, in milliseconds; default: until the job has finished. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Shorter than the minute after which proxies usually give a silent answer up, in milliseconds. */
const holdMs = 50_000;

/** A server that holds no answers is asked once in so many milliseconds. */
const pollIntervalMs = 1_000;

/** What is waited for. */
export interface Awaited<R> {
  path: string;
  /** For messages: `The job media.0.01k3…`. */
  name: string;
  isOver(resource: R): boolean;
}

/**
 * Waits by long polling until something has finished. A server that has answered before and goes away
 * is tried until it is back or the time is over.
 * @throws DroverError `wait-timed-out` when it has not finished in time.
 */
export const waitUntilOver = async <R>(
  transport: Transport,
  { path, name, isOver }: Awaited<R>,
  { timeoutMs = Number.POSITIVE_INFINITY, signal }: WaitOptions,
): Promise<R> => {
  const late = () =>
    new DroverError('wait-timed-out', `${name} has not finished within ${seconds(timeoutMs)}.`);
  const deadline = startDeadline(timeoutMs, signal, late);
  try {
    for (;;) {
      const asked = performance.now();
      const { body: resource } = await transport.request<R>({
        method: 'GET',
        path,
        ...heldFor(holdMs),
        retry: 'always',
        patient: true,
        signal: deadline.signal,
      });
      if (isOver(resource)) return resource;
      const restMs = pollIntervalMs - (performance.now() - asked);
      if (restMs > 0) await transport.retryPolicy.sleep(restMs, deadline.signal);
    }
  } finally {
    deadline.clear();
  }
};

/** Waits until a job has finished. */
export const waitForJob = async <T extends string = TypeName, C extends JobTypeMap = Catalog>(
  transport: Transport,
  id: string,
  options: WaitOptions,
): Promise<FinishedJob<T, C>> => {
  const path = `jobs/${segment(id)}`;
  const job = { path, name: `The job ${id}`, isOver: isFinished<Job<T, C>> };
  return (await waitUntilOver<Job<T, C>>(transport, job, options)) as FinishedJob<T, C>;
};
