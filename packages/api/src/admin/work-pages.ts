import type { Catalog } from '@drover/jobs/catalog';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import type { WebhookIntake } from '@drover/jobs/webhooks/attach';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance } from 'fastify';
import { sendArtifact } from '../artifacts/routes.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import type { JobHistory } from '../history/job-history.ts';
import { parseQuery } from '../http/query.ts';
import { createExporter } from '../jobs/export.ts';
import { jobNotFound } from '../jobs/not-found.ts';
import type { JobStore } from '../jobs/store.ts';
import type { ScheduleStore } from '../schedules/store.ts';
import type { WorkflowStore } from '../workflows/store.ts';
import { deadLetterPages } from './dead-letters/routes.ts';
import { searchWith, toFilter } from './jobs/filter.ts';
import { jobPages } from './jobs/routes.ts';
import { schedulePages } from './schedules/routes.ts';
import type { Admin } from './shell/admin.ts';
import { workflowPages } from './workflows/routes.ts';

/** What the pages about work need. */
export interface WorkPageParts {
  readonly catalog: Catalog;
  readonly store: JobStore;
  readonly history: JobHistory;
  readonly schedules: ScheduleStore;
  readonly workflows: WorkflowStore;
  readonly artifacts: ArtifactStore;
  readonly pool: Transactional;
  readonly queues: QueueSet;
  readonly partitions: number;
  readonly webhooks: WebhookIntake;
  readonly keys: Pick<KeyRing, 'tenants'>;
}

/** What is no page: files that jobs made, and the jobs of a search as a file. */
const files = (scope: FastifyInstance, { artifacts, history }: WorkPageParts): void => {
  const sendExport = createExporter(scope, history);

  scope.get('/jobs/export', (request, reply) => {
    const search = parseQuery(searchWith({}), request.query);
    return sendExport(request, reply, toFilter(search));
  });

  scope.get<{ Params: { id: string; name: string } }>(
    '/jobs/:id/artifacts/:name',
    (request, reply) => {
      const { id: job, name } = request.params;
      if (!parseJobId(job)) throw jobNotFound(job);
      return sendArtifact(request, reply, artifacts, { job, name });
    },
  );
};

/** `/admin/jobs`, `/admin/dead-letters`, `/admin/schedules` and `/admin/workflows`. */
export const workPages = (scope: FastifyInstance, admin: Admin, parts: WorkPageParts): void => {
  const letters = deadLettersOf(parts.queues, parts.partitions);
  const { tenants } = parts.keys;
  jobPages(admin, { ...parts, letters, tenants });
  deadLetterPages(admin, { ...parts, letters, tenants });
  schedulePages(admin, { ...parts, tenants });
  workflowPages(admin, { ...parts, tenants });

  files(scope, parts);
};
