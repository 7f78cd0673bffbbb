import { join } from 'node:path';
import type { Config } from '../config.ts';
import { localArtifactStore } from './local-store.ts';
import type { ArtifactStore } from './store.ts';

/**
 * The store that the configuration names: files in the data directory, or a bucket. All Drovers have
 * their own folder in it, by KEY_PREFIX, so that none takes another's artifacts for leftovers. The
 * library behind the bucket takes some 40 MB of memory, and is loaded when it is first needed.
 */
export const createArtifactStore = (
  config: Pick<Config, 'dataDir' | 's3' | 'redis'>,
): ArtifactStore => {
  const { s3, dataDir } = config;
  const folder = config.redis.keyPrefix;
  if (!s3) return localArtifactStore(join(dataDir, 'artifacts', folder));
  let made: Promise<ArtifactStore> | undefined;
  const store = () => {
    made ??= import('./s3-store.ts').then(({ s3ArtifactStore }) => s3ArtifactStore(s3, folder));
    return made;
  };
  return {
    put: async (...args) => (await store()).put(...args),
    find: async (...args) => (await store()).find(...args),
    remove: async (...args) => (await store()).remove(...args),
    jobs: async (...args) => (await store()).jobs(...args),
    check: async () => (await store()).check(),
  };
};
