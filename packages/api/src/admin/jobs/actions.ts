import type { Catalog } from '@drover/jobs/catalog';
import { discardFailed } from '@drover/jobs/dead-letters/discard';
import { ownerOf } from '@drover/jobs/dead-letters/entry';
import type { DeadLetters } from '@drover/jobs/dead-letters/place';
import { redriveJob } from '@drover/jobs/dead-letters/redrive';
import type { JobEnvelope } from '@drover/jobs/record/envelope';
import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';
import { jobNotDead, requireDead } from '../../dead-letters/not-found.ts';
import { jobNotFound } from '../../jobs/not-found.ts';
import type { JobStore } from '../../jobs/store.ts';
import type { Admin, Visit } from '../shell/admin.ts';
import { payloadOf } from './edited-payload.ts';
import { jobPath } from './pieces.ts';
import { addressOf, type JobReads, readShownJob } from './read-job.ts';
import { redrivePage } from './redrive-page.ts';

export interface JobActionParts extends JobReads {
  store: JobStore;
  letters: DeadLetters;
  catalog: Catalog;
}

const section = 'jobs';
const nothing = z.strictObject({});
const idOf = ({ params }: Pick<Visit, 'params'>): string => params['id'] ?? '';

const cancel = (admin: Admin, { store }: JobActionParts): void =>
  admin.write({
    path: '/jobs/:id/cancel',
    section,
    action: 'job.cancel',
    target: idOf,
    fields: nothing,
    run: async (visit) => {
      const id = idOf(visit);
      const address = addressOf(id);
      const answer = address ? await store.cancel(address) : 'gone';
      if (answer === 'gone') throw jobNotFound(id);
      if (answer === 'finished') throw new Problem('job-finished', 'The job has ended already.');
      const message = answer === 'running' ? 'The job was told to stop.' : 'The job was canceled.';
      return { to: jobPath(id), message, details: { was: answer } };
    },
  });

const retry = (admin: Admin, { store, queues }: JobActionParts): void =>
  admin.write({
    path: '/jobs/:id/retry',
    section,
    action: 'job.retry',
    target: idOf,
    fields: nothing,
    run: async (visit) => {
      const id = idOf(visit);
      const address = addressOf(id);
      const job = address && (await queues.read(address));
      if (!job) throw jobNotFound(id);
      if (!(await store.retry(id, ownerOf(job)))) {
        throw new Problem(
          'job-not-retryable',
          'Only a job that has ended without a result can run again, and it may run already.',
        );
      }
      return { to: jobPath(id), message: 'The job runs again.' };
    },
  });

const redrive = (admin: Admin, parts: JobActionParts): void => {
  const { letters, catalog } = parts;
  admin.write({
    path: '/jobs/:id/redrive',
    section,
    action: 'job.redrive',
    target: idOf,
    fields: z.strictObject({ payload: z.string() }),
    run: async (visit) => {
      const id = idOf(visit);
      const { address, job } = await requireDead(letters.queues, id, null);
      const current = (job.data as JobEnvelope).payload;
      const edited = payloadOf(visit.fields.payload, { current, type: job.name, catalog });
      if (!(await redriveJob(letters, address, job, edited))) throw jobNotDead(id);
      const message = edited ? 'The job runs again, with the new payload.' : 'The job runs again.';
      return { to: jobPath(id), message, details: { edited: edited !== undefined } };
    },
    refused: async (visit, problem) => {
      const job = await readShownJob(parts, idOf(visit));
      if (!job?.possible.redrive) throw problem;
      const isEditable = catalog.offered(job.resource.type) !== undefined;
      const entered = { payload: visit.fields.payload, problem };
      return redrivePage(job, entered, { operator: visit.operator, isEditable });
    },
  });
};

const discard = (admin: Admin, { letters }: JobActionParts): void =>
  admin.write({
    path: '/jobs/:id/discard',
    section,
    action: 'job.discard',
    target: idOf,
    fields: nothing,
    run: async (visit) => {
      const id = idOf(visit);
      const { address, job } = await requireDead(letters.queues, id, null);
      if (!(await discardFailed(letters.queues, address, job.finishedOn ?? 0))) {
        await requireDead(letters.queues, id, null);
        throw jobNotDead(id);
      }
      return { to: '/admin/dead-letters', message: `The job ${id} was discarded.` };
    },
  });

/** What can be done to one job. */
export const jobActions = (admin: Admin, parts: JobActionParts): void => {
  cancel(admin, parts);
  retry(admin, parts);
  redrive(admin, parts);
  discard(admin, parts);
};
