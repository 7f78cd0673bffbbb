import { Readable } from 'node:stream';
import type { Config } from '../config.ts';
import { createBucket } from './s3-bucket.ts';
import {
  type ArtifactAddress,
  type ArtifactStore,
  checkAddress,
  checkJob,
  mediaTypeOf,
} from './store.ts';

/** Sorts after every character of an artifact's name, so that it skips all files of a job. */
const afterAllNames = '~';

/** Files of a job that are removed at once. */
const removedTogether = 8;

const removeAll = async (keys: AsyncIterable<string>, remove: (key: string) => Promise<void>) => {
  let batch: Promise<void>[] = [];
  for await (const key of keys) {
    batch.push(remove(key));
    if (batch.length < removedTogether) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
};

/**
 * Keeps artifacts as objects `<prefix>/<job id>/<name>` of an S3-compatible store. An object appears
 * only when it is complete: that is how S3 works.
 */
export const s3ArtifactStore = (s3: NonNullable<Config['s3']>, folder: string): ArtifactStore => {
  const bucket = createBucket(s3);
  const root = s3.prefix === '' ? `${folder}/` : `${s3.prefix}/${folder}/`;
  const keyOf = (at: ArtifactAddress): string => {
    checkAddress(at);
    return `${root}${at.job}/${at.name}`;
  };

  return {
    put: async (at, content) => bucket.put(keyOf(at), content, mediaTypeOf(at.name)),

    find: async (at) => {
      const key = keyOf(at);
      const found = await bucket.head(key);
      if (!found) return undefined;
      const { size, etag } = found;
      return {
        size,
        etag,
        mediaType: mediaTypeOf(at.name),
        open: (range) => Readable.from(bucket.get(key, { etag, ...range }), { objectMode: false }),
      };
    },

    remove: async (job) => {
      checkJob(job);
      await removeAll(bucket.keys(`${root}${job}/`), bucket.delete);
    },

    jobs: (limit, after) =>
      bucket.folders(root, { limit, ...(after && { after: `${root}${after}/${afterAllNames}` }) }),

    check: () => bucket.check(),
  };
};
