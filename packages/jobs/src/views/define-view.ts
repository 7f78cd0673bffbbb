import { createHash } from 'node:crypto';
import { CodedError } from '@drover/shared/errors';
import { z } from 'zod';
import { type ColumnKind, columnKindOf, isPlainName, quoted } from '../tables/column.ts';
import { type RefreshPolicy, type RefreshPolicyInput, refreshPolicy } from './refresh-policy.ts';

/** Schema of Postgres that the views are in; nothing else is. */
export const viewSchema = 'drover_views';

/** What a file in this folder states of its view. */
export interface ViewDefinition {
  /** In lower case with underscores: the name that clients ask for, and the view's name in Postgres. */
  name: string;
  /** One sentence for people. */
  summary: string;
  /** The query. Each view is a materialized view of it; when it changes, the view is made anew. */
  sql: string;
  /** Columns that tell every row from every other; they are also the order of the rows. */
  uniqueBy: readonly string[];
  /**
   * The columns that are read, in the order of the query: strings, numbers, booleans, ISO dates and
   * date-times. What the query has beside them is for views that are made of this one.
   */
  columns: Readonly<Record<string, z.ZodType>>;
  /** Names the tenant of a row: who reads the view sees his own rows only. Default: rows are for all. */
  tenantColumn?: string;
  /** When it is refreshed, and how; default: only when a job asks for it. */
  refresh?: RefreshPolicyInput;
  /** Other views that the query reads. Refreshing one of them refreshes this one after it. */
  needs?: readonly string[];
  /**
   * Pages that are loaded into the cache after each refresh; default the first of all rows, and none
   * where they are of tenants.
   */
  warm?: readonly WarmPage[];
  /** Reads the demonstration schema, and is there only where that is; default false. */
  demo?: boolean;
}

/** A page of a view that is asked for often. */
export interface WarmPage {
  readonly filter?: ViewFilter | undefined;
  /** Rows; default that of `GET /views/:name`. */
  readonly limit?: number | undefined;
}

/** A view, checked. */
export interface View {
  readonly name: string;
  readonly summary: string;
  readonly sql: string;
  readonly uniqueBy: readonly string[];
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  readonly tenantColumn: string | undefined;
  readonly refresh: RefreshPolicy;
  readonly needs: readonly string[];
  readonly warm: readonly WarmPage[];
  readonly demo: boolean;
  /** Its name in SQL. */
  readonly relation: string;
  /** Changes whenever the view has to be made anew in Postgres. */
  readonly fingerprint: string;
  /** Which rows somebody wants: a condition for some of the columns. */
  readonly filter: z.ZodType<ViewFilter>;
}

type Scalar = string | number | boolean;

/** A value, any of several, or a range with both ends included. */
export type Condition = Scalar | Scalar[] | { min?: Scalar | undefined; max?: Scalar | undefined };
export type ViewFilter = Readonly<Record<string, Condition | undefined>>;

/** Most rows of a page, and how many it has when nobody says. */
export const maxPageSize = 1_000;
export const defaultPageSize = 100;

/** Most values that a condition lists. */
export const maxListed = 1_000;

const definition = z.strictObject({
  name: z.string().refine(isPlainName, 'expected lower-case letters, digits and underscores'),
  summary: z.string().min(1),
  sql: z.string().refine((sql) => /^\s*(select|with)\b/i.test(sql), 'expected a query'),
  uniqueBy: z.array(z.string()).min(1),
  columns: z.record(
    z.string().refine(isPlainName, 'expected lower-case letters, digits and underscores'),
    z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'expected a zod schema'),
  ),
  tenantColumn: z.string().optional(),
  refresh: refreshPolicy.prefault({}),
  needs: z.array(z.string()).default([]),
  warm: z
    .array(
      z.strictObject({
        filter: z.record(z.string(), z.unknown()).optional(),
        limit: z.int().min(1).max(maxPageSize).optional(),
      }),
    )
    .optional(),
  demo: z.boolean().default(false),
});

const invalid = (name: string, why: string) =>
  new CodedError('view-definition-invalid', `The view "${name}" is not valid:\n${why}`);

const conditionOn = (value: z.ZodType) =>
  z.union(
    [
      value,
      z.array(value).min(1).max(maxListed),
      z
        .strictObject({ min: value.optional(), max: value.optional() })
        .refine(({ min, max }) => min !== undefined || max !== undefined, 'expected min or max'),
    ],
    'expected a value of the column, a list of them, or {min, max}',
  );

const filterOn = (columns: ViewDefinition['columns']): z.ZodType<ViewFilter> =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(columns).map(([name, schema]) => [name, conditionOn(schema).optional()]),
    ),
  ) as unknown as z.ZodType<ViewFilter>;

type Checked = z.output<typeof definition>;

const fingerprintOf = ({ sql, uniqueBy, refresh: { incremental } }: Checked): string =>
  createHash('sha256')
    .update(JSON.stringify(incremental ? [sql, uniqueBy, incremental] : [sql, uniqueBy]))
    .digest('hex')
    .slice(0, 16);

/** @throws CodedError `view-definition-invalid` for a name that is no column of the view. */
const requireColumns = (view: Checked, field: string, names: readonly string[]): void => {
  const unknown = names.filter((column) => !Object.hasOwn(view.columns, column));
  if (unknown.length === 0) return;
  throw invalid(view.name, `${field} names no columns: ${unknown.join(', ')}`);
};

/** @throws CodedError `view-definition-invalid` for a page whose filter does not fit. */
const warmPagesOf = (
  { name, tenantColumn, warm }: Checked,
  filter: z.ZodType<ViewFilter>,
): WarmPage[] => {
  if (tenantColumn !== undefined) {
    if (warm !== undefined) throw invalid(name, 'warm: whose page it is cannot be said');
    return [];
  }
  return (warm ?? [{}]).map((page) => {
    const checked = filter.safeParse(page.filter ?? {});
    if (!checked.success) throw invalid(name, z.prettifyError(checked.error));
    return { ...(page.filter && { filter: checked.data }), limit: page.limit };
  });
};

/**
 * Makes a view of its definition.
 * @throws CodedError `view-definition-invalid`, naming the view and each thing that is wrong with it.
 */
export const defineView = (view: ViewDefinition): View => {
  const checked = definition.safeParse(view);
  if (!checked.success) throw invalid(view.name, z.prettifyError(checked.error));
  const { name, summary, sql, uniqueBy, columns, tenantColumn, refresh, needs, demo } =
    checked.data;
  requireColumns(checked.data, 'uniqueBy', uniqueBy);
  requireColumns(checked.data, 'refresh.incremental.key', refresh.incremental?.key ?? []);
  requireColumns(checked.data, 'tenantColumn', tenantColumn === undefined ? [] : [tenantColumn]);
  const nullable = uniqueBy.filter((column) => columns[column]?.safeParse(null).success);
  if (nullable.length > 0) throw invalid(name, `uniqueBy may be null: ${nullable.join(', ')}`);
  const filter = filterOn(columns);
  return {
    name,
    summary,
    sql: sql.trim(),
    uniqueBy,
    columns: Object.entries(columns).map(([column, schema]) => ({
      name: column,
      kind: columnKindOf(`${name}.${column}`, schema),
    })),
    tenantColumn,
    refresh,
    needs,
    warm: warmPagesOf(checked.data, filter),
    demo,
    relation: `${viewSchema}.${quoted(name)}`,
    fingerprint: fingerprintOf(checked.data),
    filter,
  };
};
