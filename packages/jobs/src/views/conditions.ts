import { quoted } from '../tables/column.ts';
import type { Condition, View, ViewFilter } from './define-view.ts';

/** Which rows of a view somebody reads. */
export interface RowsRequest {
  readonly view: View;
  readonly filter: ViewFilter;
  /** Who reads. Where the rows are of tenants, there are no others for him. */
  readonly tenant: string;
}

/** The `where` of a query, and the values of its parameters. */
export interface Where {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * What is asked for as SQL. Names of columns come from the view's definition, for the filter was checked with
 * its schema; values are parameters.
 */
export const whereOf = ({ view, filter, tenant }: RowsRequest): Where => {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditionsOf = (column: string, condition: Condition): string[] => {
    if (Array.isArray(condition)) return [`${column} = any(${parameter(condition)})`];
    if (typeof condition !== 'object') return [`${column} = ${parameter(condition)}`];
    const { min, max } = condition;
    return [
      ...(min === undefined ? [] : [`${column} >= ${parameter(min)}`]),
      ...(max === undefined ? [] : [`${column} <= ${parameter(max)}`]),
    ];
  };
  const own =
    view.tenantColumn === undefined ? [] : conditionsOf(quoted(view.tenantColumn), tenant);
  const asked = Object.entries(filter).flatMap(([name, condition]) =>
    condition === undefined ? [] : conditionsOf(quoted(name), condition),
  );
  const conditions = [...own, ...asked];
  return { sql: conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`, values };
};
