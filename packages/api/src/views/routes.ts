import { readCachedPage } from '@drover/jobs/views/cached-pages';
import { readCachedRecords } from '@drover/jobs/views/cached-records';
import type { View } from '@drover/jobs/views/define-view';
import type { ViewRecord } from '@drover/jobs/views/record';
import type { Views } from '@drover/jobs/views/registry';
import type { RequestParts } from '@drover/jobs/views/request-refresh';
import type { Caches } from '@drover/shared/cache/cache';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { Problem } from '@drover/shared/http/problem';
import type { Log } from '@drover/shared/log';
import { didYouMean } from '@drover/shared/nearest';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { tellAge } from '../http/cache-age.ts';
import { listViews, readView } from '../openapi/operations/views.ts';
import { viewProblem } from './failure.ts';
import { parsePageRequest } from './parse-query.ts';
import { toRows, toViewResource } from './resource.ts';
import { createRenewal } from './staleness.ts';

/** What the routes of the views need. */
export interface ViewRouteParts {
  views: Views;
  pool: Transactional;
  caches: Caches;
  /** How a view that is too old is renewed. */
  renewal: RequestParts;
  log: Log;
}

const isThere = (record: ViewRecord): record is ViewRecord & { refreshedAt: number } =>
  record.refreshedAt !== null;

/** @throws Problem `view-not-found`, with the nearest name. */
const known = (views: Views, name: string): View => {
  const view = views.get(name);
  if (view) return view;
  const shown = name.slice(0, 100);
  throw new Problem(
    'view-not-found',
    `There is no view "${shown}".${didYouMean(shown, views.names)}`,
  );
};

/** `GET /views` and `GET /views/:name`. Of rows of tenants, each sees its own. */
export const viewRoutes = (scope: FastifyInstance, parts: ViewRouteParts): void => {
  const { views, pool, caches } = parts;
  const renew = createRenewal({ ...parts.renewal, log: parts.log });

  scope.get('/views', { config: { role: 'read', operation: listViews } }, async (_, reply) => {
    const entry = await readCachedRecords({ caches, db: pool }).catch((thrown: unknown) => {
      throw viewProblem(thrown);
    });
    tellAge(reply, entry);
    return {
      items: entry.value.filter(isThere).flatMap((record) => {
        const view = views.get(record.name);
        return view ? toViewResource(view, record) : [];
      }),
    };
  });

  scope.get<{ Params: { name: string } }>(
    '/views/:name',
    { config: { role: 'read', operation: readView } },
    async (asked, reply) => {
      const view = known(views, asked.params.name);
      const { tenant } = callerOf(asked);
      const request = parsePageRequest(asked.query, { view, tenant });
      const entry = await readCachedPage({ caches, pool }, request).catch((thrown: unknown) => {
        throw viewProblem(thrown);
      });
      renew(view, entry.value);
      tellAge(reply, entry);
      return toRows(entry.value, request);
    },
  );
};
