import type { VariableNotes } from '../../packages/shared/src/config/notes.ts';
import { sections } from '../../packages/shared/src/config/variables.ts';

/** A configuration variable, as the reference and the example show it. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  /** As one would write it in the environment; undefined when there is none. */
  readonly initial: string | undefined;
  readonly example: string | undefined;
  readonly required: boolean;
}

/** What is asked of a zod schema here. */
interface Schema {
  readonly def: object;
  meta(): Record<string, unknown> | undefined;
  safeParse(value: undefined): { success: boolean };
}

const describe = (name: string, schema: Schema): Variable => {
  const notes = schema.meta() as VariableNotes | undefined;
  if (!notes) throw new Error(`${name} has no description in variables.ts`);
  const initial = 'defaultValue' in schema.def ? String(schema.def.defaultValue) : undefined;
  return {
    name,
    description: notes.description,
    initial,
    example: notes.example,
    required: !schema.safeParse(undefined).success,
  };
};

/** All variables by the section they belong to, in the order of `variables.ts`. */
export const describeSections = (): { title: string; variables: readonly Variable[] }[] =>
  Object.entries(sections).map(([title, schemas]) => ({
    title,
    variables: Object.entries<Schema>(schemas).map(([name, schema]) => describe(name, schema)),
  }));
