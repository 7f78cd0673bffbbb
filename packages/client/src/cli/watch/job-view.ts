import type { AnyJobs } from '../../catalog.ts';
import type { JobProgress, LogLine } from '../../following/job-event.ts';
import type { Job } from '../../job.ts';

/** Any job at all. */
export type AnyJob = Job<string, AnyJobs>;

/** How a job is shown while it is watched. */
export interface JobView {
  status(job: AnyJob): void;
  progress(progress: JobProgress): void;
  log(line: LogLine): void;
  /** Leaves the terminal as it should be; called in any case. */
  end(): void;
}
