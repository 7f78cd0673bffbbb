import { submittedAt } from '@drover/shared/job-id';
import type { HistoryFilter } from './filter.ts';

/** Values of a statement, in their order. */
export interface Parameters {
  readonly values: unknown[];
  /** Adds a value. @returns how the statement names it. */
  add(value: unknown): string;
}

export const createParameters = (): Parameters => {
  const values: unknown[] = [];
  return { values, add: (value) => `$${values.push(value)}` };
};

/** What a row must be to fit a filter, but for its times and its words; `true` when anything fits. */
export const conditionsOf = (filter: HistoryFilter, { add }: Parameters): string => {
  const { tenant, status, type, queue, tags, workflow, schedule, code, id } = filter;
  const conditions: string[] = [];
  const one = (column: string, value: string | null | undefined) => {
    if (value !== undefined && value !== null) conditions.push(`${column} = ${add(value)}`);
  };
  const anyOf = (column: string, values: readonly string[] | undefined) => {
    if (values) conditions.push(`${column} = any(${add(values)}::text[])`);
  };
  one('tenant', tenant);
  anyOf('status', status);
  anyOf('type', type);
  anyOf('queue', queue);
  if (tags) conditions.push(`tags @> ${add(tags)}::text[]`);
  one('workflow', workflow);
  one('schedule', schedule);
  anyOf('error_code', code);
  if (id !== undefined) {
    const at = new Date(submittedAt(id) ?? 0).toISOString();
    conditions.push(`submitted_at = ${add(at)}::timestamptz and id = ${add(id)}`);
  }
  return conditions.join(' and ') || 'true';
};
