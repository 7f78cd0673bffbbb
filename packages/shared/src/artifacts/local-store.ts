import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '../errors.ts';
import { parseJobId } from '../job-id.ts';
import { type ArtifactAddress, type ArtifactStore, isArtifactName, mediaTypeOf } from './store.ts';

/**
 * Keeps artifacts as files `<folder>/<job id>/<name>`. Files appear under their name only when they
 * are complete (written beside it, then renamed), so that a killed worker leaves no half file to read.
 */
export const localArtifactStore = (folder: string): ArtifactStore => {
  const pathOf = ({ job, name }: ArtifactAddress): string => {
    if (!parseJobId(job) || !isArtifactName(name)) {
      throw new CodedError('artifact-name-invalid', `"${name}" is not a name for an artifact`);
    }
    return join(folder, job, name);
  };

  return {
    put: async (at, content) => {
      const path = pathOf(at);
      const unfinished = join(dirname(path), `.${randomUUID()}`);
      await mkdir(dirname(path), { recursive: true });
      try {
        const source = content instanceof Uint8Array ? Readable.from([content]) : content;
        await pipeline(source, createWriteStream(unfinished, { flush: true }));
        const { size } = await stat(unfinished);
        await rename(unfinished, path);
        return size;
      } catch (err) {
        await rm(unfinished, { force: true });
        throw err;
      }
    },

    find: async (at) => {
      const path = pathOf(at);
      const file = await stat(path).catch((err: NodeJS.ErrnoException) => {
        if (err.code === 'ENOENT') return undefined;
        throw err;
      });
      if (!file?.isFile()) return undefined;
      return {
        size: file.size,
        mediaType: mediaTypeOf(at.name),
        etag: `"${file.size.toString(36)}-${Math.round(file.mtimeMs).toString(36)}"`,
        open: (range) => createReadStream(path, range),
      };
    },
  };
};
