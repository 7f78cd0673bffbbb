/** The names on the way that a JSON Pointer (RFC 6901) goes; undefined when it is none. */
export const parsePointer = (pointer: string): readonly string[] | undefined => {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
};

/** Whether a name is the number of an item, as RFC 6901 writes it. */
export const isIndex = (name: string): boolean => /^(0|[1-9]\d{0,8})$/.test(name);

/** What a pointer leads to; `found` is false where there is nothing. */
export const followPath = (
  value: unknown,
  path: readonly string[],
): { found: boolean; value?: unknown } => {
  let at = value;
  for (const name of path) {
    if (Array.isArray(at) && !isIndex(name)) return { found: false };
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return { found: false };
    at = (at as Record<string, unknown>)[name];
  }
  return { found: true, value: at };
};
