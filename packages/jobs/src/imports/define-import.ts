import { CodedError } from '@drover/shared/errors';
import { z } from 'zod';
import { type ColumnKind, columnKindOf, isPlainName, quoted } from '../tables/column.ts';

/** What a file in this folder states of a table that clients may import into. */
export interface ImportDefinition<C extends z.ZodRawShape> {
  /** In lower case with underscores: the name that clients ask for. */
  name: string;
  /** One sentence for people. */
  summary: string;
  /** Schema and table in Postgres, such as `demo.products`. */
  table: string;
  /** Columns of a unique constraint: a row whose key is there already is rejected, never overwritten. */
  key: readonly string[];
  /** The columns that a file may have; each row is checked with it. Optional ones may be left out. */
  columns: z.ZodObject<C>;
  /** Belongs to the demonstration schema; default false. */
  demo?: boolean;
}

/** A table that clients may import into, checked. */
export interface ImportTable {
  readonly name: string;
  readonly summary: string;
  readonly key: readonly string[];
  readonly columns: readonly ImportColumn[];
  readonly row: z.ZodType<Readonly<Record<string, unknown>>>;
  readonly demo: boolean;
  /** Its name in SQL. */
  readonly relation: string;
}

export interface ImportColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Whether every row must have a value. */
  readonly required: boolean;
}

const tableName = /^([a-z][a-z0-9_]{0,62})\.([a-z][a-z0-9_]{0,62})$/;

const definition = z.strictObject({
  name: z.string().refine(isPlainName, 'expected lower-case letters, digits and underscores'),
  summary: z.string().min(1),
  table: z.string().regex(tableName, 'expected schema.table in lower case'),
  key: z.array(z.string()).min(1),
  columns: z.instanceof(z.ZodObject, { error: 'expected a zod object' }),
  demo: z.boolean().default(false),
});

const isRequired = (schema: z.ZodType | undefined): boolean =>
  schema !== undefined && !schema.safeParse(undefined).success && !schema.safeParse(null).success;

const invalid = (name: string, why: string) =>
  new CodedError('import-definition-invalid', `The import "${name}" is not valid:\n${why}`);

/**
 * Makes an importable table of its definition.
 * @throws CodedError `import-definition-invalid`, naming the import and each thing that is wrong with it.
 */
export const defineImport = <C extends z.ZodRawShape>(it: ImportDefinition<C>): ImportTable => {
  const checked = definition.safeParse(it);
  if (!checked.success) throw invalid(it.name, z.prettifyError(checked.error));
  const { name, summary, table, key, demo } = checked.data;
  const shape = it.columns.shape as unknown as Record<string, z.ZodType>;
  const unknown = key.filter((column) => !Object.hasOwn(shape, column));
  if (unknown.length > 0) throw invalid(name, `key names no columns: ${unknown.join(', ')}`);
  const optional = key.filter((column) => !isRequired(shape[column]));
  if (optional.length > 0) throw invalid(name, `key has optional columns: ${optional.join(', ')}`);
  return {
    name,
    summary,
    key,
    columns: Object.entries(shape).map(([column, schema]) => ({
      name: column,
      kind: columnKindOf(`${name}.${column}`, schema),
      required: isRequired(schema),
    })),
    row: z.strictObject(shape) as unknown as ImportTable['row'],
    demo,
    relation: table.split('.').map(quoted).join('.'),
  };
};
