import type { Catalog } from '@drover/jobs/catalog';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance } from 'fastify';
import type { JobStore } from '../jobs/store.ts';
import { bulkRedriveRoute } from './bulk-redrive.ts';
import { deleteRoutes } from './delete.ts';
import { readRoutes } from './read.ts';
import { redriveRoute } from './redrive.ts';

/** Everything under `/dead-letters`. */
export const deadLetterRoutes = (
  scope: FastifyInstance,
  parts: { queues: QueueSet; partitions: number; catalog: Catalog; store: JobStore },
): void => {
  const letters = deadLettersOf(parts.queues, parts.partitions);
  readRoutes(scope, letters);
  redriveRoute(scope, { ...parts, letters });
  bulkRedriveRoute(scope, { ...parts, letters });
  deleteRoutes(scope, letters);
};
