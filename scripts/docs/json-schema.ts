/** As much of JSON Schema as zod makes of the contracts of job types. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly $ref?: string;
}

/** Formats that are worth a name of their own; others are told as strings. */
const formats: Record<string, string> = { email: 'email', uri: 'URL' };

const objectOf = ({ properties = {}, required = [] }: JsonSchema): string => {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${notationOf(field)}`,
  );
  return fields.length === 0 ? 'object' : `{ ${fields.join(', ')} }`;
};

const arrayOf = ({ items = {} }: JsonSchema): string => {
  const inner = notationOf(items);
  return inner.includes(' | ') ? `(${inner})[]` : `${inner}[]`;
};

/** The schema of a value in the notation of TypeScript, which needs no explanation here. */
export const notationOf = (schema: JsonSchema): string => {
  // zod's recursive schema of all JSON values is the only reference there is.
  if (schema.$ref !== undefined) return 'JSON';
  if (schema.anyOf) return schema.anyOf.map(notationOf).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === 'object') return objectOf(schema);
  if (schema.type === 'array') return arrayOf(schema);
  return formats[schema.format ?? ''] ?? schema.type ?? 'JSON';
};

/** zod bounds whole numbers by what a double can hold exactly; that is no limit worth telling. */
const isLimit = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

const span = (min: number | undefined, max: number | undefined, what: string): string[] => {
  if (isLimit(min) && isLimit(max)) return [`${min} to ${max}${what}`];
  if (isLimit(min)) return [`${min}${what} or more`];
  return isLimit(max) ? [`${max}${what} at most`] : [];
};

/** How large a value may be, in words; of a union, the limits of all its members. */
export const limitsOf = (schema: JsonSchema): string[] => [
  ...span(schema.minimum, schema.maximum, ''),
  ...span(schema.minItems, schema.maxItems, ' items'),
  ...(schema.items ? limitsOf(schema.items).map((limit) => `each ${limit}`) : []),
  ...(schema.anyOf ?? []).flatMap(limitsOf).filter((limit, at, all) => all.indexOf(limit) === at),
  ...span(undefined, schema.maxLength, ' characters'),
];
