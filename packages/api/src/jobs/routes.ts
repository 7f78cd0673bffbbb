import type { FastifyInstance } from 'fastify';
import type { Watches } from '../following/watches.ts';
import { batchRoute } from './batch.ts';
import { changeRoutes } from './change.ts';
import { eventsRoute } from './events.ts';
import type { IntakeParts } from './intake.ts';
import { logsRoute } from './logs.ts';
import { readRoute } from './read.ts';
import { submitRoute } from './submit.ts';

/** Everything under `/jobs` but the artifacts. */
export const jobRoutes = (
  scope: FastifyInstance,
  parts: IntakeParts & { watches: Watches },
): void => {
  submitRoute(scope, parts);
  batchRoute(scope, parts);
  readRoute(scope, parts);
  eventsRoute(scope, parts);
  logsRoute(scope, parts);
  changeRoutes(scope, parts);
};
