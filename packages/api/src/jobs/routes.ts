import type { FastifyInstance } from 'fastify';
import type { Watches } from '../following/watches.ts';
import type { JobHistory } from '../history/job-history.ts';
import { batchRoute } from './batch.ts';
import { bulkRoutes } from './bulk.ts';
import { changeRoutes } from './change.ts';
import { eventsRoute } from './events.ts';
import { exportRoute } from './export.ts';
import type { IntakeParts } from './intake.ts';
import { listRoute } from './list.ts';
import { logsRoute } from './logs.ts';
import { readRoute } from './read.ts';
import { submitRoute } from './submit.ts';

/** Everything under `/jobs` but the artifacts. */
export const jobRoutes = (
  scope: FastifyInstance,
  parts: IntakeParts & { watches: Watches; history: JobHistory },
): void => {
  submitRoute(scope, parts);
  batchRoute(scope, parts);
  listRoute(scope, parts);
  exportRoute(scope, parts);
  bulkRoutes(scope, parts);
  readRoute(scope, parts);
  eventsRoute(scope, parts);
  logsRoute(scope, parts);
  changeRoutes(scope, parts);
};
