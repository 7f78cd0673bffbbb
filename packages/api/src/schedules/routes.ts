import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import { defaultSchedules, maxSchedules, schedulePatch } from '@drover/jobs/contract/schedule';
import { parseSchedule } from '@drover/jobs/schedules/check-input';
import { toScheduleResource } from '@drover/jobs/schedules/resource';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import { requireSubmit } from '../auth/may-submit.ts';
import { parseQuery } from '../http/query.ts';
import {
  deleteSchedule,
  listSchedules,
  patchSchedule,
  putSchedule,
  readSchedule,
} from '../openapi/operations/schedules.ts';
import { refuseDeclared, requireSchedule, scheduleNotFound, viewOf } from './access.ts';
import type { ScheduleRouteParts } from './parts.ts';
import { triggerRoute } from './trigger.ts';

interface ById {
  Params: { id: string };
}

const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .refine((n) => n >= 1 && n <= maxSchedules, `expected 1 to ${maxSchedules}`)
    .prefault(String(defaultSchedules)),
  cursor: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'expected nextCursor of a page')
    .optional(),
});

/** `GET /schedules` and `/schedules/:id`. */
const readRoutes = (scope: FastifyInstance, parts: ScheduleRouteParts): void => {
  const { schedules } = parts;

  scope.get(
    '/schedules',
    { config: { role: 'read', operation: listSchedules } },
    async (request) => {
      const { limit, cursor: after = '' } = parseQuery(pageQuery, request.query);
      // One more than asked for tells whether there is another page.
      const page = { after, limit: limit + 1 };
      const found = await schedules.list(viewOf(callerOf(request)), page);
      const shown = found.slice(0, limit);
      const items = await Promise.all(shown.map((it) => toScheduleResource(parts, it)));
      return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  );

  scope.get<ById>(
    '/schedules/:id',
    { config: { role: 'read', operation: readSchedule } },
    async (request) => {
      const { id } = request.params;
      const found = await requireSchedule(schedules, callerOf(request), id);
      return toScheduleResource(parts, found);
    },
  );
};

const patchOf = (body: unknown): { enabled: boolean } => {
  checkFitness(body);
  const patch = schedulePatch.safeParse(body);
  if (patch.success) return patch.data;
  const errors = fieldErrors(patch.error);
  throw new Problem('invalid-submission', 'The change is not valid.', { errors });
};

/** `PUT`, `PATCH` and `DELETE /schedules/:id`. */
const writeRoutes = (scope: FastifyInstance, parts: ScheduleRouteParts): void => {
  const { schedules, catalog, webhooks } = parts;

  const tell = (request: FastifyRequest<ById>, what: string) =>
    request.log.info(
      { requestId: request.id, schedule: request.params.id, tenant: callerOf(request).tenant },
      what,
    );

  scope.put<ById>(
    '/schedules/:id',
    { config: { role: 'submit', operation: putSchedule } },
    async (request, reply) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { tenant } = caller;
      const { definition, enabled } = parseSchedule(request.body, {
        tenant,
        id,
        catalog,
        webhooks,
      });
      const type = catalog.offered(definition.job.type);
      if (type) requireSubmit(caller, type);
      await refuseDeclared(schedules, tenant, id);
      const { schedule, isNew } = await schedules.put(definition, enabled);
      tell(request, isNew ? 'schedule made' : 'schedule replaced');
      const resource = await toScheduleResource(parts, schedule);
      if (isNew) reply.code(201).header('location', resource.links.self);
      return resource;
    },
  );

  scope.patch<ById>(
    '/schedules/:id',
    { config: { role: 'submit', operation: patchSchedule } },
    async (request) => {
      const { id } = request.params;
      const found = await requireSchedule(schedules, callerOf(request), id);
      const { enabled } = patchOf(request.body);
      const schedule = await schedules.enable(found, enabled);
      if (!schedule) throw scheduleNotFound(id);
      tell(request, enabled ? 'schedule enabled' : 'schedule disabled');
      return toScheduleResource(parts, schedule);
    },
  );

  scope.delete<ById>(
    '/schedules/:id',
    { config: { role: 'submit', operation: deleteSchedule } },
    async (request, reply) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      await refuseDeclared(schedules, tenant, id);
      if (!(await schedules.remove(tenant, id))) throw scheduleNotFound(id);
      tell(request, 'schedule deleted');
      return reply.code(204).send();
    },
  );
};

/** Everything under `/schedules`. */
export const scheduleRoutes = (scope: FastifyInstance, parts: ScheduleRouteParts): void => {
  readRoutes(scope, parts);
  writeRoutes(scope, parts);
  triggerRoute(scope, parts);
};
