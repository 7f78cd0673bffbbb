import { segment, type Transport } from './http/transport.ts';
import type { CallOptions } from './operations.ts';

/** The caches of the server's processes; all of it concerns all tenants, and needs the role `operate`. */
export const cacheCalls = (transport: Transport) => {
  const remove = async (path: string, { signal }: CallOptions = {}): Promise<void> => {
    const request = { method: 'DELETE', path, retry: 'always', signal } as const;
    const { response, deadline } = await transport.open(request);
    deadline.clear();
    await response.body?.cancel();
  };
  return {
    /**
     * Takes the value of a key away in all processes, or without a key all values of the cache.
     * @throws DroverError `cache-not-found`.
     */
    purge: (cache: string, key?: string, call?: CallOptions): Promise<void> =>
      remove(`cache/${segment(cache)}${key === undefined ? '' : `/${segment(key)}`}`, call),

    /** Takes all values with a tag away, in all caches and processes. */
    purgeTag: (tag: string, call?: CallOptions): Promise<void> =>
      remove(`cache?${new URLSearchParams({ tag })}`, call),
  };
};
