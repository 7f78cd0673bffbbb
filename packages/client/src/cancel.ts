import type { JobTypeMap } from './catalog.ts';
import { DroverError } from './error.ts';
import { segment, type Transport } from './http/transport.ts';
import type { Job } from './job.ts';

/**
 * `DELETE /jobs/:id`. When an answer was lost, the next try may meet the job that the first one
 * canceled: that is a success.
 */
export const cancelJob = async <T extends string, C extends JobTypeMap>(
  transport: Transport,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Job<T, C>> => {
  const path = `jobs/${segment(id)}`;
  const ask = async (method: 'DELETE' | 'GET') =>
    (await transport.request<Job<T, C>>({ method, path, retry: 'always', signal })).body;
  try {
    return await ask('DELETE');
  } catch (err) {
    const again = err instanceof DroverError && err.code === 'job-finished' && err.attempts > 1;
    const job = again ? await ask('GET') : undefined;
    if (job?.status === 'canceled') return job;
    throw err;
  }
};
