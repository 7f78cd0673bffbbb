import type { Catalog } from '@drover/jobs/catalog';
import { type ScheduleInput, scheduleId, scheduleInput } from '@drover/jobs/contract/schedule';
import { cronProblem } from '@drover/jobs/schedules/cron-problem';
import { type ScheduleDefinition, systemTenant } from '@drover/jobs/schedules/definition';
import { resolveSchedule } from '@drover/jobs/schedules/resolve';
import { CodedError } from '@drover/shared/errors';
import { didYouMean } from '@drover/shared/nearest';
import { timeZoneProblem } from '@drover/shared/time-zone';
import { z } from 'zod';

/** A schedule as it stands in the code: as over the API, with its id. */
export interface DeclaredInput extends Omit<ScheduleInput, 'enabled'> {
  /** Unique, kebab-case. */
  id: string;
}

const invalid = (id: string, why: string) =>
  new CodedError('schedule-invalid', `The schedule "${id}" is not valid: ${why}`);

const definitionOf = ({ id, ...input }: DeclaredInput): ScheduleDefinition => {
  const parsed = z.object({ id: scheduleId, input: scheduleInput }).safeParse({ id, input });
  if (!parsed.success) throw invalid(id, z.prettifyError(parsed.error));
  const { cron, every, timezone = 'UTC', overlap, misfire } = parsed.data.input;
  const why = (cron === undefined ? undefined : cronProblem(cron)) ?? timeZoneProblem(timezone);
  if (why !== undefined) throw invalid(id, why);
  const timing = cron === undefined ? { every: every as number } : { cron, timezone };
  const { type, payload, options } = input;
  const job = {
    type,
    ...(payload !== undefined && { payload }),
    ...(options !== undefined && { options }),
  };
  return { tenant: systemTenant, id, declared: true, timing, job, overlap, misfire };
};

const namesOf = ({ names, internal }: Catalog): string[] => [
  ...names,
  ...internal.map(({ type }) => type),
];

/**
 * Checks the declared schedules, whose types and payloads must fit the catalog.
 * @throws CodedError `schedule-invalid`, naming the schedule.
 */
export const declare = (
  inputs: readonly DeclaredInput[],
  catalog: Catalog,
): readonly ScheduleDefinition[] => {
  const seen = new Set<string>();
  return inputs.map((input) => {
    if (seen.has(input.id)) throw invalid(input.id, 'there are two of this id');
    seen.add(input.id);
    const definition = definitionOf(input);
    const resolved = resolveSchedule(definition, { catalog });
    if ('problem' in resolved) {
      const hint = catalog.get(input.type) ? '' : didYouMean(input.type, namesOf(catalog));
      throw invalid(input.id, `${resolved.problem}${hint}`);
    }
    return definition;
  });
};
