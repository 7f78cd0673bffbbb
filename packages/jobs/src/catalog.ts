import { CodedError } from '@drover/shared/errors';
import { cacheWarm } from './cache-warm.ts';
import { dailyDigest } from './daily-digest.ts';
import { dataImport } from './data-import.ts';
import { deadLettersRedrive } from './dead-letters-redrive.ts';
import type { JobType } from './definition/define-job.ts';
import { demoCrash } from './demo-crash.ts';
import { demoEcho } from './demo-echo.ts';
import { demoFail } from './demo-fail.ts';
import { demoSleep } from './demo-sleep.ts';
import { emailSend } from './email-send.ts';
import { httpRequest } from './http-request.ts';
import { imageOptimize } from './image-optimize.ts';
import { imageThumbnails } from './image-thumbnails.ts';
import { jobsCancel } from './jobs-cancel.ts';
import { jobsRetry } from './jobs-retry.ts';
import { maintenancePurge } from './maintenance-purge.ts';
import { reportGenerate } from './report-generate.ts';
import { viewRefresh } from './view-refresh.ts';
import { webhookDeliver } from './webhook-deliver.ts';

/** Every job type that clients submit. A new one takes a file beside this one and a line here. */
export const jobTypes = [
  emailSend,
  imageOptimize,
  imageThumbnails,
  httpRequest,
  reportGenerate,
  dataImport,
  viewRefresh,
  cacheWarm,
  demoEcho,
  demoSleep,
  demoFail,
  demoCrash,
] as const;

/** Job types that Drover submits itself, with payloads that no client may choose. */
export const internalJobTypes = [
  deadLettersRedrive,
  jobsCancel,
  jobsRetry,
  webhookDeliver,
  maintenancePurge,
  dailyDigest,
] as const;

/** The job types of a process, by name. */
export interface Catalog {
  get(type: string): JobType | undefined;
  /** A type that clients may submit; undefined for an internal one. */
  offered(type: string): JobType | undefined;
  /** The types that are offered, and their names. */
  readonly all: readonly JobType[];
  readonly names: readonly string[];
  readonly internal: readonly JobType[];
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
  for (const job of [...all, ...internalJobTypes]) {
    if (byName.has(job.type)) {
      throw new CodedError('job-type-duplicate', `Two job types are named "${job.type}".`);
    }
    byName.set(job.type, job);
  }
  const offered = new Map(all.map((job) => [job.type, job]));
  return {
    get: (type) => byName.get(type),
    offered: (type) => offered.get(type),
    all,
    names: [...offered.keys()],
    internal: internalJobTypes,
  };
};
