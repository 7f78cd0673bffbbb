import { maxStepName } from '../contract/workflow.ts';
import { parsePointer } from './pointer.ts';

/** A place in a payload where something stands that is known only when the step is released. */
export type Reference = {
  /** Where it stands in the payload. */
  at: readonly (string | number)[];
  /** The way into what it refers to. */
  path: readonly string[];
  /** Serves where there is nothing; absent: then there must be. */
  fallback?: { value: unknown };
} & ({ to: 'result'; step: string } | { to: 'error' });

/** What looks like a reference, and cannot be understood. */
export interface BadReference {
  at: readonly (string | number)[];
  message: string;
}

const markers = ['$result', '$error'] as const;

const readOne = (
  value: Record<string, unknown>,
  marker: (typeof markers)[number],
  at: Reference['at'],
): Reference | BadReference => {
  const bad = (message: string): BadReference => ({ at, message });
  const strangers = Object.keys(value).filter((name) => name !== marker && name !== 'default');
  if (strangers.length > 0) return bad(`${marker} stands alone, or with a default`);
  const text = value[marker];
  if (typeof text !== 'string') return bad(`expected ${marker} to be a text`);
  const fallback = 'default' in value ? { fallback: { value: value['default'] } } : {};
  if (marker === '$error') {
    const path = parsePointer(text === '' || text.startsWith('/') ? text : `/${text}`);
    return path ? { at, to: 'error', path, ...fallback } : bad('expected a JSON Pointer');
  }
  const slash = text.indexOf('/');
  const step = slash < 0 ? text : text.slice(0, slash);
  const path = parsePointer(slash < 0 ? '' : text.slice(slash));
  if (step === '' || step.length > maxStepName || !path) {
    return bad('expected the name of a step, and a JSON Pointer: "resize/artifact/name"');
  }
  return { at, to: 'result', step, path, ...fallback };
};

/** Every reference in a payload. Its depth was checked before. */
export const findReferences = (
  payload: unknown,
  at: Reference['at'] = [],
): (Reference | BadReference)[] => {
  if (typeof payload !== 'object' || payload === null) return [];
  if (Array.isArray(payload)) {
    return payload.flatMap((item, index) => findReferences(item, [...at, index]));
  }
  const object = payload as Record<string, unknown>;
  const marker = markers.find((name) => Object.hasOwn(object, name));
  if (marker) return [readOne(object, marker, at)];
  return Object.entries(object).flatMap(([name, value]) => findReferences(value, [...at, name]));
};

export const isBad = (reference: Reference | BadReference): reference is BadReference =>
  'message' in reference;

/** The payload with something else in the place of each reference. */
export const replaceReferences = (
  payload: unknown,
  replacements: readonly { at: Reference['at']; value: unknown }[],
): unknown => {
  const root = { payload: structuredClone(payload) };
  for (const { at, value } of replacements) {
    const path = ['payload', ...at];
    const last = path.pop() as string | number;
    let place = root as unknown as Record<string | number, unknown>;
    for (const name of path) place = place[name] as typeof place;
    place[last] = value;
  }
  return root.payload;
};
