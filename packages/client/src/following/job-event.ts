import type { JobProgress, LogLine } from '@drover/jobs/contract/job-events';
import type { EventSourceMessage } from 'eventsource-parser';
import type { Catalog, JobTypeMap, TypeName } from '../catalog.ts';
import type { Job } from '../job.ts';

export type { JobProgress, LogLine };

/** Something that happened to a job. `id` is opaque: `follow` can go on after it. */
export type JobEvent<T extends string = TypeName, C extends JobTypeMap = Catalog> =
  | { event: 'status'; id: string; data: Job<T, C> }
  | { event: 'progress'; id: string; data: JobProgress }
  | { event: 'log'; id: string; data: LogLine };

const known: Readonly<Record<JobEvent['event'], true>> = {
  status: true,
  progress: true,
  log: true,
};

/**
 * @returns undefined for an event that this client does not know: a newer server may send more.
 * @throws SyntaxError when its data are not JSON.
 */
export const toJobEvent = <T extends string, C extends JobTypeMap>(
  { event, data }: EventSourceMessage,
  id: string,
): JobEvent<T, C> | undefined =>
  event !== undefined && Object.hasOwn(known, event)
    ? ({ event, id, data: JSON.parse(data) } as JobEvent<T, C>)
    : undefined;
