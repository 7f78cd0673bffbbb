import { z } from 'zod';

/** The steps of JSON Patch (RFC 6902) that deploy/kubernetes uses. */
const step = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('add'), path: z.string(), value: z.unknown() }),
  z.strictObject({ op: z.literal('remove'), path: z.string() }),
]);

export const patchSchema = z.array(step);

/** The object or list that a path's last key is in. */
const holderOf = (document: object, keys: readonly string[]): object => {
  let at: unknown = document;
  for (const key of keys) {
    if (typeof at === 'object' && at !== null) at = Reflect.get(at, key);
  }
  if (typeof at === 'object' && at !== null) return at;
  throw new Error(`there is no /${keys.join('/')}`);
};

const apply = (document: object, it: z.infer<typeof step>): void => {
  const keys = it.path.split('/').slice(1);
  const last = keys.pop() ?? '';
  const holder = holderOf(document, keys);
  if (it.op === 'remove') {
    if (!Object.hasOwn(holder, last)) throw new Error(`there is no ${it.path}`);
    Reflect.deleteProperty(holder, last);
  } else if (Array.isArray(holder) && last === '-') {
    holder.push(structuredClone(it.value));
  } else {
    Reflect.set(holder, last, structuredClone(it.value));
  }
};

/** @throws Error when a path leads nowhere, as kustomize does. */
export const applyPatch = (document: object, steps: z.infer<typeof patchSchema>): void => {
  for (const each of steps) apply(document, each);
};
