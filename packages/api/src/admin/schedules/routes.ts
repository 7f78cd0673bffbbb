import { randomUUID } from 'node:crypto';
import type { ScopedKey } from '@drover/jobs/adding/idempotency-record';
import { scheduleKey } from '@drover/jobs/schedules/definition';
import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';
import type { Operator } from '../../auth/admin-pages.ts';
import type { ScheduleStore } from '../../schedules/store.ts';
import { type TriggerParts, triggerNow } from '../../schedules/trigger.ts';
import { jobPath } from '../jobs/pieces.ts';
import { filled, nameField } from '../jobs/query.ts';
import type { Admin, Visit } from '../shell/admin.ts';
import { writeButton } from '../shell/elements.ts';
import { html } from '../shell/html.ts';
import { type ScheduleActions, scheduleListPage, schedulePage, schedulePath } from './list-page.ts';
import { findSchedule, readSchedules, type ScheduleReads } from './read.ts';

export interface SchedulePageParts extends TriggerParts, ScheduleReads {
  schedules: Pick<ScheduleStore, 'enable'>;
  /** Tenants that the filter proposes. */
  tenants: readonly string[];
}

const query = filled({
  tenant: nameField.optional(),
  after: nameField.optional(),
});

const actionsFor =
  (operator: Operator): ScheduleActions =>
  (schedule) => {
    const { id, enabled, problem } = schedule;
    const path = schedulePath(schedule);
    return html`
${
  problem === null &&
  writeButton(operator, {
    action: `${path}/trigger`,
    label: 'Trigger now',
    name: `Trigger now: ${id}`,
    // Sent twice, it triggers once.
    fields: { once: randomUUID() },
    tone: 'primary',
  })
}
${writeButton(operator, {
  action: `${path}/${enabled ? 'disable' : 'enable'}`,
  label: enabled ? 'Disable' : 'Enable',
  name: `${enabled ? 'Disable' : 'Enable'} ${id}`,
})}`;
  };

const find = async (reads: ScheduleReads, { params }: Pick<Visit, 'params'>) => {
  const { tenant = '', id = '' } = params;
  const found = await findSchedule(reads, { tenant, id });
  if (found) return found;
  const detail = `There is no schedule "${id.slice(0, 100)}" of "${tenant.slice(0, 100)}".`;
  throw new Problem('schedule-not-found', detail);
};

const target = ({ params: { tenant = '', id = '' } }: Pick<Visit, 'params'>): string =>
  `${tenant}/${id}`;

const switches = (admin: Admin, parts: SchedulePageParts): void => {
  for (const enabled of [true, false]) {
    const name = enabled ? 'enable' : 'disable';
    admin.write({
      path: `/schedules/:tenant/:id/${name}`,
      section: 'schedules',
      action: `schedule.${name}`,
      target,
      fields: z.strictObject({}),
      run: async (visit) => {
        const { schedule, shown } = await find(parts, visit);
        if (!(await parts.schedules.enable(schedule, enabled))) await find(parts, visit);
        return { to: '/admin/schedules', message: `The schedule ${shown.id} is ${name}d.` };
      },
    });
  }
};

const trigger = (admin: Admin, parts: SchedulePageParts): void => {
  admin.write({
    path: '/schedules/:tenant/:id/trigger',
    section: 'schedules',
    action: 'schedule.trigger',
    target,
    fields: z.strictObject({ once: z.uuid() }),
    run: async (visit) => {
      const { definition } = (await find(parts, visit)).schedule;
      const key = scheduleKey(definition);
      const scope = `POST /admin/schedules/${key}/trigger`;
      const scoped: ScopedKey = { key: visit.fields.once, scope, fingerprint: key };
      const { resource } = await triggerNow(parts, definition, {
        scoped,
        admit: async () => undefined,
      });
      return {
        to: jobPath(resource.id),
        message: `The schedule ${definition.id} was triggered: this is its job.`,
        details: { job: resource.id },
      };
    },
  });
};

/** `/admin/schedules`, and one of them. */
export const schedulePages = (admin: Admin, parts: SchedulePageParts): void => {
  const { tenants } = parts;

  admin.page({
    path: '/schedules',
    section: 'schedules',
    query,
    show: async ({ query: { tenant, after }, operator }) => {
      const found = await readSchedules(parts, { tenant, after });
      return scheduleListPage(found, { actions: actionsFor(operator), tenant, tenants });
    },
  });

  admin.page({
    path: '/schedules/:tenant/:id',
    section: 'schedules',
    show: async (visit) =>
      schedulePage((await find(parts, visit)).shown, actionsFor(visit.operator)),
  });

  switches(admin, parts);
  trigger(admin, parts);
};
