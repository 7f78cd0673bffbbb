import type { JobStatus } from '../../job.ts';
import type { Style } from './output.ts';

/** The colour of each status. */
export const statusStyle: Readonly<Record<JobStatus, Style>> = {
  scheduled: 'dim',
  blocked: 'dim',
  queued: 'blue',
  running: 'cyan',
  retrying: 'yellow',
  succeeded: 'green',
  failed: 'red',
  canceled: 'yellow',
  expired: 'yellow',
};

/** `40 %` */
export const percent = (progress: number): string => `${Math.floor(progress * 100)} %`;
