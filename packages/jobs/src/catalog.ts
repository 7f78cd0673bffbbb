import { CodedError } from '@drover/shared/errors';
import type { JobType } from './definition/define-job.ts';
import { demoCrash } from './demo-crash.ts';
import { demoEcho } from './demo-echo.ts';
import { demoFail } from './demo-fail.ts';
import { demoSleep } from './demo-sleep.ts';
import { emailSend } from './email-send.ts';
import { imageOptimize } from './image-optimize.ts';
import { imageThumbnails } from './image-thumbnails.ts';

/** Every job type there is. A new one takes a file beside this one and a line here. */
export const jobTypes = [
  emailSend,
  imageOptimize,
  imageThumbnails,
  demoEcho,
  demoSleep,
  demoFail,
  demoCrash,
] as const;

/** The job types of a process, by name. */
export interface Catalog {
  get(type: string): JobType | undefined;
  readonly all: readonly JobType[];
  readonly names: readonly string[];
}

/**
 * The catalog that a process works with; demonstration types are left out in production.
 * @throws CodedError `job-type-duplicate` when two files claim one name.
 */
export const createCatalog = (options: {
  production: boolean;
  types?: readonly JobType[];
}): Catalog => {
  const all = (options.types ?? jobTypes).filter((job) => !(options.production && job.demo));
  const byName = new Map<string, JobType>();
  for (const job of all) {
    if (byName.has(job.type)) {
      throw new CodedError('job-type-duplicate', `Two job types are named "${job.type}".`);
    }
    byName.set(job.type, job);
  }
  return { get: (type) => byName.get(type), all, names: [...byName.keys()] };
};
