import { readFileSync } from 'node:fs';

type Raw = Readonly<Record<string, string | undefined>>;

/** A variable `<NAME>_FILE` names the file that holds the value of `<NAME>`. */
export const fileVariable = (name: string): string => `${name}_FILE`;

/** A file ends with a line break because editors and `echo` write one; it is no part of the value. */
const read = (path: string): string => readFileSync(path, 'utf8').replace(/\r?\n$/, '');

/**
 * The environment with the values that stand in files, as those of Docker and Kubernetes secrets do,
 * put in the place of the files' names. A file that holds nothing leaves its variable unset.
 * @returns also one line for each file that cannot be read, and each variable that is given twice; the names
 *   of these files are still in the environment. `unusable` are the variables whose file cannot be read.
 */
export const withValueFiles = (
  raw: Raw,
  names: readonly string[],
): { raw: Raw; problems: string[]; unusable: string[] } => {
  const values: Record<string, string | undefined> = { ...raw };
  const problems: string[] = [];
  const unusable: string[] = [];
  for (const name of names) {
    const variable = fileVariable(name);
    const path = raw[variable];
    if (path === undefined) continue;
    if (raw[name] !== undefined) {
      problems.push(`${variable}: ${name} is set, too. Set one of both.`);
      continue;
    }
    try {
      const value = read(path);
      if (value.trim() !== '') values[name] = value;
      delete values[variable];
    } catch (err) {
      const { code = 'not readable' } = err as NodeJS.ErrnoException;
      problems.push(`${variable}: the file "${path}" cannot be read (${code})`);
      unusable.push(name);
    }
  }
  return { raw: values, problems, unusable };
};
