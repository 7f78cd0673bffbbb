/** What the reference and the error messages say of a variable, beside its schema. */
export interface VariableNotes {
  description: string;
  /** Shown where the variable has no default. */
  example?: string;
  /** Its value is never printed. */
  secret?: boolean;
  [key: string]: unknown;
}

/** Says what a variable is for. */
export const notes = (
  description: string,
  more: Omit<VariableNotes, 'description'> = {},
): VariableNotes => ({
  description,
  ...more,
});
