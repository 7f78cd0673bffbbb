import { quoted } from '../tables/column.ts';
import type { Condition, ViewFilter } from './define-view.ts';

/** The `where` of a query, and the values of its parameters. */
export interface Where {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * A filter as SQL. Names of columns come from the view's definition, for the filter was checked with
 * its schema; values are parameters.
 */
export const whereOf = (filter: ViewFilter): Where => {
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
  const conditions = Object.entries(filter).flatMap(([name, condition]) =>
    condition === undefined ? [] : conditionsOf(quoted(name), condition),
  );
  return { sql: conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`, values };
};
