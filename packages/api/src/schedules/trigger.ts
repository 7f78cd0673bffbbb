import { toAddition } from '@drover/jobs/adding/to-addition';
import { scheduleKey } from '@drover/jobs/schedules/definition';
import { resolveSchedule } from '@drover/jobs/schedules/resolve';
import { triggerSchedule } from '@drover/jobs/schedules/trigger';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { scopedKeyOf } from '../jobs/idempotency-key.ts';
import { toAccepted } from '../jobs/intake.ts';
import { triggerScheduleNow } from '../openapi/operations/schedules.ts';
import { requireSchedule } from './access.ts';
import type { ScheduleRouteParts } from './parts.ts';

/** `POST /schedules/:id/trigger`: submits a schedule's job now, whatever the clock and its policies say. */
export const triggerRoute = (scope: FastifyInstance, parts: ScheduleRouteParts): void => {
  const { schedules, store, queues, throttle, partitions } = parts;

  scope.post<{ Params: { id: string } }>(
    '/schedules/:id/trigger',
    { config: { role: 'submit', operation: triggerScheduleNow } },
    async (request, reply) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { definition } = await requireSchedule(schedules, caller, id);
      const resolved = resolveSchedule(definition, parts);
      if ('problem' in resolved) throw new Problem('schedule-unrunnable', resolved.problem);
      const key = scheduleKey(definition);
      const scoped = scopedKeyOf(request, `POST /schedules/${key}/trigger`, key);
      const addition = toAddition(resolved.submission, scoped, partitions);
      const { idempotency } = addition;
      const isReplay = idempotency && (await store.lookUpKey(idempotency)).is === 'replay';
      if (!isReplay) await throttle.take(caller, 1);
      const added = await triggerSchedule(queues, key, addition, async (it) => {
        const [outcome] = await store.add([it]);
        return outcome ?? { outcome: 'conflict' };
      });
      const { resource, repeats } = await toAccepted(store, addition.job, added);
      if (repeats === 'replayed') reply.header('idempotency-replayed', 'true');
      if (repeats === 'deduplicated') reply.header('deduplicated', 'true');
      request.log.info(
        { requestId: request.id, schedule: key, jobId: resource.id, tenant: caller.tenant },
        'schedule triggered',
      );
      return reply
        .code(202)
        .header('location', resource.links.self)
        .header('retry-after', '1')
        .send(resource);
    },
  );
};
