import { z } from 'zod';
import { isIndex } from './pointer.ts';

/** The kinds of JSON values that a schema lets stand in a place. */
export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** `unknown` where the schema does not say; an empty set where nothing can stand. */
export type Possible = ReadonlySet<JsonType> | 'unknown';

type Schema = z.core.JSONSchema.BaseSchema | boolean;

const nothing: Possible = new Set();

const typeOf = (value: unknown): JsonType => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonType;
};

const union = (sets: readonly Possible[]): Possible =>
  sets.some((set) => set === 'unknown')
    ? 'unknown'
    : new Set(sets.flatMap((set) => [...(set as ReadonlySet<JsonType>)]));

/** Most steps of one walk: schemas may refer to themselves. */
const maxVisits = 1_000;

const createWalk = (root: z.core.JSONSchema.BaseSchema) => {
  let visits = 0;

  const resolve = (schema: Schema): Schema => {
    if (typeof schema === 'boolean' || schema.$ref === undefined) return schema;
    if (schema.$ref === '#') return root;
    const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1];
    return (name !== undefined && root.$defs?.[name]) || true;
  };

  const alternatives = (schema: z.core.JSONSchema.BaseSchema): readonly Schema[] | undefined =>
    (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;

  const typesOf = (schema: z.core.JSONSchema.BaseSchema): Possible => {
    if ('const' in schema) return new Set([typeOf(schema.const)]);
    if (schema.enum) return new Set(schema.enum.map(typeOf));
    if (schema.type === undefined) return 'unknown';
    const types = [schema.type].flat().map((type) => (type === 'integer' ? 'number' : type));
    return new Set(types as JsonType[]);
  };

  const inside = (schema: z.core.JSONSchema.BaseSchema, name: string): Schema => {
    const known = typesOf(schema);
    const may = (type: JsonType) => known === 'unknown' || known.has(type);
    if (known === 'unknown') return true;
    if (may('object')) {
      const property = schema.properties?.[name];
      if (property !== undefined) return property;
      return schema.additionalProperties ?? true;
    }
    if (may('array')) {
      if (!isIndex(name)) return false;
      return schema.prefixItems?.[Number(name)] ?? (schema.items as Schema | undefined) ?? true;
    }
    return false;
  };

  const walk = (given: Schema, path: readonly string[]): Possible => {
    const schema = resolve(given);
    visits += 1;
    if (schema === true || visits > maxVisits) return 'unknown';
    if (schema === false || schema.not !== undefined) return nothing;
    const either = alternatives(schema);
    if (either) return union(either.map((one) => walk(one, path)));
    if (schema.allOf) return 'unknown';
    const [name, ...rest] = path;
    return name === undefined ? typesOf(schema) : walk(inside(schema, name), rest);
  };

  return walk;
};

const schemas = { input: new WeakMap(), output: new WeakMap() } as const;

const schemaOf = (type: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema => {
  const known = schemas[io].get(type);
  if (known) return known;
  const schema = z.toJSONSchema(type, { io, unrepresentable: 'any' });
  schemas[io].set(type, schema);
  return schema;
};

/** What can stand at a place of a value of that type. */
export const possibleTypes = (
  type: z.ZodType,
  io: 'input' | 'output',
  path: readonly string[],
): Possible => {
  const schema = schemaOf(type, io);
  return createWalk(schema)(schema, path);
};

export const isImpossible = (possible: Possible): boolean =>
  possible !== 'unknown' && possible.size === 0;

/** Whether nothing that can stand in the one place can stand in the other. */
export const areDisjoint = (one: Possible, other: Possible): boolean =>
  one !== 'unknown' && other !== 'unknown' && one.isDisjointFrom(other);

/** `a string or null`, for people. */
export const describeTypes = (possible: Possible): string =>
  possible === 'unknown' ? 'anything' : [...possible].toSorted().join(' or ');
