import { scheduleId } from '@drover/jobs/contract/schedule';
import {
  type DeclaredSchedule,
  findDeclared,
  publishDeclared,
  readDeclared,
} from '@drover/jobs/schedules/declared';
import {
  type ScheduleDefinition,
  scheduleFingerprint,
  scheduleKey,
  systemTenant,
} from '@drover/jobs/schedules/definition';
import { installSchedule, readInstalled, uninstallSchedule } from '@drover/jobs/schedules/install';
import type { SchedulePlace } from '@drover/jobs/schedules/place';
import type { AnySchedule } from '@drover/jobs/schedules/resource';
import {
  countKept,
  findKept,
  keep,
  listKept,
  lockTenant,
  removeKept,
  switchDeclared,
} from '@drover/jobs/schedules/table';
import { inTransaction, type Transactional } from '@drover/shared/database/in-transaction';
import { Problem } from '@drover/shared/http/problem';
import { withDatabase } from './database.ts';

/** Whose schedules are meant: a tenant's, and for operators the declared ones as well. */
export interface View {
  readonly tenant: string;
  readonly seesDeclared: boolean;
}

/** The schedules as the API meets them. What changes one is done in both stores or in neither. */
export interface ScheduleStore {
  /** In the order of their ids. */
  list(view: View, page: { after: string; limit: number }): Promise<AnySchedule[]>;
  find(view: View, id: string): Promise<AnySchedule | undefined>;
  /** Whether a schedule of that id stands in the code; a tenant that had the id before has both. */
  isDeclared(id: string): Promise<boolean>;
  hasOwn(tenant: string, id: string): Promise<boolean>;
  /** @throws Problem `schedule-limit`. */
  put(
    definition: ScheduleDefinition,
    enabled: boolean,
  ): Promise<{ schedule: AnySchedule; isNew: boolean }>;
  /** @returns undefined when it is gone. */
  enable(schedule: AnySchedule, enabled: boolean): Promise<AnySchedule | undefined>;
  /** @returns false when there was none. */
  remove(tenant: string, id: string): Promise<boolean>;
}

/** Whether there can be a schedule of that name: others never reach the stores. */
const isId = (id: string): boolean => scheduleId.safeParse(id).success;

const byId = (one: AnySchedule, other: AnySchedule) =>
  one.definition.id < other.definition.id ? -1 : 1;

export const createScheduleStore = (options: {
  place: SchedulePlace;
  pool: Transactional;
  /** Most schedules of a tenant. */
  maxPerTenant: number;
}): ScheduleStore => {
  const { place, pool, maxPerTenant } = options;

  /** Written through before the transaction ends: should Redis refuse, nothing has changed. */
  const writeThrough = async ({ definition, enabled }: AnySchedule) => {
    const key = scheduleKey(definition);
    if (!enabled) return uninstallSchedule(place, key, { forget: false });
    const installed = await readInstalled(place, key);
    // Writing it anew would drop a slot that is due and not yet claimed.
    const isThere = installed && scheduleFingerprint(installed) === scheduleFingerprint(definition);
    if (!isThere) await installSchedule(place, definition);
  };

  const put: ScheduleStore['put'] = (definition, enabled) =>
    inTransaction(pool, async (client) => {
      const { tenant, id } = definition;
      await lockTenant(client, tenant);
      const isNew = (await findKept(client, tenant, id)) === undefined;
      if (isNew && (await countKept(client, tenant)) >= maxPerTenant) {
        const detail = `A tenant may have ${maxPerTenant} schedules, and has as many already.`;
        throw new Problem('schedule-limit', detail);
      }
      const schedule = await keep(client, definition, enabled);
      await writeThrough(schedule);
      return { schedule, isNew };
    });

  const enableKept = ({ tenant, id }: ScheduleDefinition, enabled: boolean) =>
    inTransaction(pool, async (client) => {
      await lockTenant(client, tenant);
      const found = await findKept(client, tenant, id);
      if (!found || found.enabled === enabled) return found;
      const schedule = await keep(client, found.definition, enabled);
      await writeThrough(schedule);
      return schedule;
    });

  const enableDeclared = (schedule: DeclaredSchedule) =>
    inTransaction(pool, async (client) => {
      await lockTenant(client, systemTenant);
      await switchDeclared(client, schedule.definition.id, schedule.enabled);
      await writeThrough(schedule);
      await publishDeclared(place, schedule);
      return schedule;
    });

  return {
    list: (view, { after, limit }) =>
      withDatabase(async () => {
        const [kept, declared] = await Promise.all([
          listKept(pool, view.tenant, { after, limit }),
          view.seesDeclared ? readDeclared(place) : [],
        ]);
        const later = declared.filter(({ definition }) => definition.id > after);
        return [...kept, ...later].sort(byId).slice(0, limit);
      }),
    find: async ({ tenant, seesDeclared }, id) => {
      if (!isId(id)) return undefined;
      const declared = await findDeclared(place, id);
      if (declared && seesDeclared) return declared;
      return withDatabase(() => findKept(pool, tenant, id));
    },
    isDeclared: async (id) => isId(id) && (await findDeclared(place, id)) !== undefined,
    hasOwn: async (tenant, id) =>
      isId(id) && (await withDatabase(() => findKept(pool, tenant, id))) !== undefined,
    put: (definition, enabled) => withDatabase(() => put(definition, enabled)),
    enable: ({ definition }, enabled) =>
      withDatabase<AnySchedule | undefined>(() =>
        definition.declared
          ? enableDeclared({ definition, enabled })
          : enableKept(definition, enabled),
      ),
    remove: async (tenant, id) =>
      isId(id) &&
      withDatabase(() =>
        inTransaction(pool, async (client) => {
          await lockTenant(client, tenant);
          const isRemoved = await removeKept(client, tenant, id);
          if (isRemoved)
            await uninstallSchedule(place, scheduleKey({ tenant, id }), { forget: true });
          return isRemoved;
        }),
      ),
  };
};
