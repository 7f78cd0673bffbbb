import type { Catalog } from '@drover/jobs/catalog';
import { type ScheduleResource, scheduleId } from '@drover/jobs/contract/schedule';
import { findDeclared, readDeclared } from '@drover/jobs/schedules/declared';
import { type AnySchedule, toScheduleResource } from '@drover/jobs/schedules/resource';
import { findKept, listKeptOfAll } from '@drover/jobs/schedules/table';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { withDatabase } from '../../schedules/database.ts';
import { nameField } from '../jobs/query.ts';

/** A schedule, and whether its runs are held up: their queue is paused. */
export interface ShownSchedule extends ScheduleResource {
  readonly isPaused: boolean;
}

export interface ScheduleOverview {
  /** Those that stand in the code; only on the first page. */
  readonly declared: readonly ShownSchedule[];
  readonly kept: readonly ShownSchedule[];
  /** Where the next page begins: a tenant and an id; null: this was the last. */
  readonly next: string | null;
}

export interface ScheduleReads {
  queues: QueueSet;
  catalog: Catalog;
  pool: Queryable;
  partitions: number;
}

/** Schedules on a page. */
const pageSize = 50;

/** The queues of these types that are paused in any partition. */
const pausedQueues = async (
  { queues, partitions }: ScheduleReads,
  names: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const each = await Promise.all(
    [...names].flatMap((name) =>
      Array.from({ length: partitions }, async (_, partition) =>
        (await queues.get(name, partition).isPaused()) ? [name] : [],
      ),
    ),
  );
  return new Set(each.flat());
};

const queueOf = ({ catalog }: ScheduleReads, type: string) => catalog.get(type)?.queue;

const show = async (
  reads: ScheduleReads,
  schedules: readonly AnySchedule[],
): Promise<ShownSchedule[]> => {
  const names = schedules.flatMap(({ definition }) => queueOf(reads, definition.job.type) ?? []);
  const [resources, paused] = await Promise.all([
    Promise.all(schedules.map((schedule) => toScheduleResource(reads, schedule))),
    pausedQueues(reads, new Set(names)),
  ]);
  return resources.map((resource) => ({
    ...resource,
    isPaused: paused.has(queueOf(reads, resource.type) ?? ''),
  }));
};

/** One schedule of any tenant; undefined when there is none. */
export const findSchedule = async (
  reads: ScheduleReads,
  { tenant, id }: { tenant: string; id: string },
): Promise<{ schedule: AnySchedule; shown: ShownSchedule } | undefined> => {
  if (!scheduleId.safeParse(id).success || !nameField.safeParse(tenant).success) return undefined;
  const declared = await findDeclared(reads.queues, id);
  const schedule =
    declared?.definition.tenant === tenant
      ? declared
      : await withDatabase(() => findKept(reads.pool, tenant, id));
  if (!schedule) return undefined;
  const [shown] = await show(reads, [schedule]);
  return shown && { schedule, shown };
};

/** `tenant/id`, as a place to begin after; no tenant has a slash in its name. */
const positionOf = (after: string | undefined): readonly [tenant: string, id: string] => {
  const [tenant = '', id = ''] = after?.split('/') ?? [];
  return [tenant, id];
};

const byId = (one: { definition: { id: string } }, other: { definition: { id: string } }) =>
  one.definition.id < other.definition.id ? -1 : 1;

/**
 * The schedules of all tenants, or of one.
 * @throws Problem `store-unavailable` when Postgres is away.
 */
export const readSchedules = async (
  reads: ScheduleReads,
  { tenant, after }: { tenant: string | undefined; after: string | undefined },
): Promise<ScheduleOverview> => {
  const page = { tenant, after: positionOf(after), limit: pageSize + 1 };
  const [kept, all] = await Promise.all([
    withDatabase(() => listKeptOfAll(reads.pool, page)),
    after === undefined ? readDeclared(reads.queues) : [],
  ]);
  const declared = all.filter(({ definition }) => !tenant || definition.tenant === tenant);
  const shown = kept.slice(0, pageSize);
  const last = kept.length > pageSize ? shown.at(-1)?.definition : undefined;
  return {
    declared: await show(reads, declared.sort(byId)),
    kept: await show(reads, shown),
    next: last ? `${last.tenant}/${last.id}` : null,
  };
};
