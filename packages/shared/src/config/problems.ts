import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { VariableNotes } from './notes.ts';
import { fileVariable } from './value-files.ts';
import { environment, variableNames } from './variables.ts';

type Raw = Record<string, string | undefined>;

const notesOf = (name: string): VariableNotes | undefined =>
  (environment.shape as Record<string, z.ZodType>)[name]?.meta() as VariableNotes | undefined;

/** Each variable, and the one that names the file with its value. */
const knownNames = variableNames.flatMap((name) => [name, fileVariable(name)]);

/**
 * Slips between two names: the edits from one to the other, where swapping two neighbouring letters
 * (`PROT`) counts as one.
 */
const slips = (a: string, b: string): number => {
  const edits = distance(a, b);
  const sameLetters = [...a].sort().join() === [...b].sort().join();
  return edits === 2 && sameLetters ? 1 : edits;
};

/**
 * The variable of ours that an unknown one is so near to that it was surely meant to be it. Foreign
 * variables share the environment (PATH, HOME, HOSTNAME …), so short names must be one slip away
 * and longer ones two: `HOME` and `PATH` are two slips from `HOST` and `PORT`.
 */
const misspelt = (name: string): string | undefined => {
  const upper = name.toUpperCase();
  return knownNames.find((known) => slips(upper, known) <= (known.length < 8 ? 1 : 2));
};

const describe = (name: string, value: string | undefined, message: string): string => {
  const notes = notesOf(name);
  if (value === undefined) {
    return `${name} is required: ${notes?.description ?? ''} Example: ${notes?.example ?? ''}`;
  }
  return notes?.secret ? `${name}: ${message}` : `${name}: ${message}, got "${value}"`;
};

/** One line for each thing that is wrong with the environment: bad values, missing and misspelt names. */
export const problemsOf = (raw: Raw, error: z.ZodError | undefined): string[] => {
  const values = (error?.issues ?? []).flatMap((issue) => {
    const name = String(issue.path[0]);
    // The file that should have given the value has been found at fault already.
    if (raw[fileVariable(name)] !== undefined) return [];
    const message =
      issue.code === 'invalid_value' ? `expected one of ${issue.values.join(', ')}` : issue.message;
    return describe(name, raw[name], message);
  });
  const names = Object.keys(raw).flatMap((name) => {
    if (knownNames.includes(name)) return [];
    const known = misspelt(name);
    // Beside the right name a similar one is somebody else's.
    return known && raw[known] === undefined
      ? [`${name} is not a variable of Drover. Did you mean ${known}?`]
      : [];
  });
  return [...names, ...values];
};
