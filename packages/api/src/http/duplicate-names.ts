import { toPointer } from '@drover/jobs/adding/pointers';
import type { FieldError } from '@drover/shared/http/problem';

/** Most faults that are collected from one body. */
const maxFaults = 20;

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** An object or list that is open where the reader is. */
interface Open {
  /** Names that it had so far; undefined for a list. */
  names: Set<string> | undefined;
  /** Name or number of the member that the reader is in. */
  at: string | number;
  isNameNext: boolean;
}

/** Goes on to the next member of an object or list. */
const goOn = (inner: Open): void => {
  inner.isNameNext = inner.names !== undefined;
  if (typeof inner.at === 'number') inner.at += 1;
};

/** Reads the name of a member. @returns whether the object has one of that name already. */
const isRepeated = (inner: Open, names: Set<string>, part: string): boolean => {
  const name = JSON.parse(part) as string;
  const isKnown = names.has(name);
  names.add(name);
  inner.at = name;
  inner.isNameNext = false;
  return isKnown;
};

/** Opens or closes an object or list, where the part does. */
const step = (open: Open[], part: string): void => {
  if (part === '{') open.push({ names: new Set(), at: '', isNameNext: true });
  else if (part === '[') open.push({ names: undefined, at: 0, isNameNext: false });
  else if (part === '}' || part === ']') open.pop();
};

/**
 * Names that stand twice in one object, of which JSON.parse keeps the last alone.
 * @param text well-formed JSON.
 */
export const duplicateNames = (text: string): readonly FieldError[] => {
  const faults: FieldError[] = [];
  const open: Open[] = [];
  for (const [part] of text.matchAll(token)) {
    const inner = open.at(-1);
    if (part === ',' && inner) goOn(inner);
    else if (inner?.names && inner.isNameNext && part.startsWith('"')) {
      if (!isRepeated(inner, inner.names, part)) continue;
      const pointer = toPointer(open.map(({ at }) => at));
      faults.push({ pointer, message: 'this name stands twice' });
      if (faults.length === maxFaults) return faults;
    } else step(open, part);
  }
  return faults;
};
