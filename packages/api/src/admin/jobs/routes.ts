import { z } from 'zod';
import { jobNotFound } from '../../jobs/not-found.ts';
import type { Admin, Visit } from '../shell/admin.ts';
import type { Page } from '../shell/page.ts';
import { type JobActionParts, jobActions } from './actions.ts';
import { editableText } from './edited-payload.ts';
import { jobPage } from './job-page.ts';
import { filled } from './query.ts';
import { readShownJob, type ShownJob } from './read-job.ts';
import { redrivePage } from './redrive-page.ts';
import { type SearchParts, searchPages } from './search.ts';

export type JobPageParts = JobActionParts & Omit<SearchParts, 'showJob'>;

const section = 'jobs';

const find = async (
  parts: JobPageParts,
  { params }: Pick<Visit, 'params'>,
  options?: { allLogs: boolean },
): Promise<ShownJob> => {
  const { id = '' } = params;
  const job = await readShownJob(parts, id, options);
  if (!job) throw jobNotFound(id);
  return job;
};

const pageOf = (job: ShownJob, { operator }: Pick<Visit, 'operator'>): Page =>
  jobPage(job, { operator, now: Date.now() });

/** `/admin/jobs` and below: the search, one job, and what can be done to it. */
export const jobPages = (admin: Admin, parts: JobPageParts): void => {
  searchPages(admin, {
    ...parts,
    showJob: async (visit, id) => {
      const job = await readShownJob(parts, id);
      return job && pageOf(job, visit);
    },
  });

  admin.page({
    path: '/jobs/:id',
    section,
    query: filled({ logs: z.literal('all').optional() }),
    show: async (visit) => {
      const allLogs = visit.query.logs === 'all';
      const job = await find(parts, visit, { allLogs });
      return pageOf(job, visit);
    },
  });

  admin.page({
    path: '/jobs/:id/redrive',
    section,
    show: async (visit) => {
      const job = await find(parts, visit);
      // It may have been redriven meanwhile: then there is nothing to change here.
      if (!job.possible.redrive) return pageOf(job, visit);
      const { type, payload } = job.resource;
      const isEditable = parts.catalog.offered(type) !== undefined;
      const entered = { payload: editableText(payload) };
      return redrivePage(job, entered, { operator: visit.operator, isEditable });
    },
  });

  jobActions(admin, parts);
};
