import type { AnySchedule } from '@drover/jobs/schedules/resource';
import { Problem } from '@drover/shared/http/problem';
import { type Caller, mayAct } from '../auth/key-ring.ts';
import type { ScheduleStore, View } from './store.ts';

/** What a caller sees: its tenant's schedules, an operator also the declared ones. */
export const viewOf = (caller: Caller): View => ({
  tenant: caller.tenant,
  seesDeclared: mayAct(caller, 'operate'),
});

/** The same for unknown and other tenants' ids: they tell nothing apart. */
export const scheduleNotFound = (id: string): Problem =>
  new Problem('schedule-not-found', `There is no schedule "${id.slice(0, 100)}".`);

export const requireSchedule = async (
  store: ScheduleStore,
  caller: Caller,
  id: string,
): Promise<AnySchedule> => {
  const found = await store.find(viewOf(caller), id);
  if (!found) throw scheduleNotFound(id);
  return found;
};

/**
 * A tenant keeps what it had before a schedule of the same id was declared.
 * @throws Problem `schedule-declared`.
 */
export const refuseDeclared = async (
  store: ScheduleStore,
  tenant: string,
  id: string,
): Promise<void> => {
  if (!(await store.isDeclared(id)) || (await store.hasOwn(tenant, id))) return;
  const detail = `The schedule "${id}" stands in the code: it can only be triggered, disabled and enabled.`;
  throw new Problem('schedule-declared', detail);
};
