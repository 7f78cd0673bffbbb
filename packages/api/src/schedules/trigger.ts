import type { ScopedKey } from '@drover/jobs/adding/idempotency-record';
import { toAddition } from '@drover/jobs/adding/to-addition';
import { type ScheduleDefinition, scheduleKey } from '@drover/jobs/schedules/definition';
import { resolveSchedule } from '@drover/jobs/schedules/resolve';
import { triggerSchedule } from '@drover/jobs/schedules/trigger';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { scopedKeyOf } from '../jobs/idempotency-key.ts';
import { type Accepted, toAccepted } from '../jobs/intake.ts';
import { triggerScheduleNow } from '../openapi/operations/schedules.ts';
import { requireSchedule } from './access.ts';
import type { ScheduleRouteParts } from './parts.ts';

/** What submitting a schedule's job needs. */
export type TriggerParts = Pick<
  ScheduleRouteParts,
  'catalog' | 'webhooks' | 'queues' | 'store' | 'partitions'
>;

/**
 * Submits a schedule's job now, whatever the clock and its policies say.
 * @param scoped the idempotency key that it was asked for with.
 * @param admit is awaited before a job that was not submitted before; it may refuse.
 * @throws Problem `schedule-unrunnable`, `idempotency-conflict` or `job-gone`.
 */
export const triggerNow = async (
  parts: TriggerParts,
  definition: ScheduleDefinition,
  { scoped, admit }: { scoped?: ScopedKey | undefined; admit(): Promise<void> },
): Promise<Accepted> => {
  const { queues, store, partitions } = parts;
  const resolved = resolveSchedule(definition, parts);
  if ('problem' in resolved) throw new Problem('schedule-unrunnable', resolved.problem);
  const addition = toAddition(resolved.submission, scoped, partitions);
  const { idempotency } = addition;
  const isReplay = idempotency && (await store.lookUpKey(idempotency)).is === 'replay';
  if (!isReplay) await admit();
  const added = await triggerSchedule(queues, scheduleKey(definition), addition, async (it) => {
    const [outcome] = await store.add([it]);
    return outcome ?? { outcome: 'conflict' };
  });
  return toAccepted(store, addition.job, added);
};

/** `POST /schedules/:id/trigger`: submits a schedule's job now. */
export const triggerRoute = (scope: FastifyInstance, parts: ScheduleRouteParts): void => {
  scope.post<{ Params: { id: string } }>(
    '/schedules/:id/trigger',
    { config: { role: 'submit', operation: triggerScheduleNow } },
    async (request, reply) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { definition } = await requireSchedule(parts.schedules, caller, id);
      const key = scheduleKey(definition);
      const { resource, repeats } = await triggerNow(parts, definition, {
        scoped: scopedKeyOf(request, `POST /schedules/${key}/trigger`, key),
        admit: async () => {
          await parts.throttle.take(caller, 1);
        },
      });
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
