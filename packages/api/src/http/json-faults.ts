import { toPointer } from '@drover/jobs/adding/pointers';
import type { FieldError } from '@drover/shared/http/problem';

/** Most faults that are collected from one body. */
const maxFaults = 20;

/** A member of a JSON value; the one that contains it is `parent`. */
interface Member {
  readonly key: string;
  readonly value: unknown;
  readonly parent: Member | undefined;
}

const pointerTo = (member: Member): string => {
  const path: string[] = [];
  for (let at: Member | undefined = member; at; at = at.parent) path.unshift(at.key);
  return toPointer(path);
};

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;

/** Tests every member of a JSON value. Iterative: recursion is what deep bodies attack. */
const faultsIn = (
  root: unknown,
  faultOf: (member: Member) => string | undefined,
): readonly FieldError[] => {
  const faults: FieldError[] = [];
  const open: { value: unknown; member: Member | undefined }[] = [
    { value: root, member: undefined },
  ];
  for (let next = open.pop(); next && faults.length < maxFaults; next = open.pop()) {
    if (!isContainer(next.value)) continue;
    for (const [key, value] of Object.entries(next.value)) {
      const member: Member = { key, value, parent: next.member };
      const message = faultOf(member);
      if (message === undefined) open.push({ value, member });
      else faults.push({ pointer: pointerTo(member), message });
    }
  }
  return faults;
};

/**
 * Names that change an object's prototype when a program copies the body carelessly: `__proto__`,
 * and `constructor` with a member `prototype`.
 */
export const forbiddenNames = (body: unknown): readonly FieldError[] =>
  faultsIn(body, ({ key, value }) => {
    if (key === '__proto__') return 'the name "__proto__" is not allowed';
    if (key === 'constructor' && isContainer(value) && Object.hasOwn(value, 'prototype')) {
      return 'the name "constructor" with a member "prototype" is not allowed';
    }
    return undefined;
  });

/** A whole number that a double does not hold: reading it would yield another one. */
const isChanged = (value: unknown, source: string | undefined): boolean =>
  typeof value === 'number' &&
  Number.isInteger(value) &&
  source !== undefined &&
  /^-?\d+$/.test(source) &&
  BigInt(source) !== BigInt(value);

/**
 * Whole numbers that JSON.parse would silently change.
 * @throws RangeError when the text nests too deeply for a reviver.
 */
export const changedIntegers = (text: string): readonly FieldError[] => {
  const sources = new Map<unknown, string>();
  const root: unknown = JSON.parse(text, (_key, value, context?: { source?: string }) => {
    if (!isChanged(value, context?.source)) return value;
    const place = {};
    sources.set(place, context?.source ?? '');
    return place;
  });
  if (sources.size === 0) return [];
  return faultsIn({ '': root }, ({ value }) => {
    const source = sources.get(value);
    return source && `${source} cannot be kept exactly: send it as a string`;
  }).map(({ pointer, message }) => ({ pointer: pointer.slice(1), message }));
};
