import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseJobId } from '../job-id.ts';
import {
  type ArtifactAddress,
  type ArtifactStore,
  checkAddress,
  checkJob,
  mediaTypeOf,
} from './store.ts';

const isMissing = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && err.code === 'ENOENT';

const ignoreMissing = (err: unknown): undefined => {
  if (isMissing(err)) return undefined;
  throw err;
};

type FileIdentity = { ino: number; size: number; mtimeMs: number };

const etagOf = ({ ino, size, mtimeMs }: FileIdentity): string =>
  `"${[ino, size, Math.round(mtimeMs * 1_000)].map((n) => n.toString(36)).join('-')}"`;

/** Reads the very file that was found: another one may have taken its name since. */
const read = async function* (path: string, etag: string, range?: { start: number; end: number }) {
  const file: FileHandle = await open(path);
  try {
    if (etagOf(await file.stat()) !== etag) throw new Error('the artifact was replaced meanwhile');
    yield* file.createReadStream({ ...range, autoClose: false });
  } finally {
    await file.close();
  }
};

/** Names in a folder, those of jobs only; none when there is no folder. */
const jobsIn = async function* (folder: string) {
  const entries = await opendir(folder).catch(ignoreMissing);
  if (!entries) return;
  for await (const entry of entries) {
    if (entry.isDirectory() && parseJobId(entry.name)) yield entry.name;
  }
};

/** The smallest of many names, in order, with no more in memory than twice as many as are wanted. */
const smallest = async (names: AsyncIterable<string>, limit: number): Promise<string[]> => {
  let kept: string[] = [];
  for await (const name of names) {
    kept.push(name);
    if (kept.length >= 2 * limit) kept = kept.sort().slice(0, limit);
  }
  return kept.sort().slice(0, limit);
};

/**
 * Keeps artifacts as files `<folder>/<job id>/<name>`. Files appear under their name only when they
 * are complete (written beside it, then renamed), so that a killed worker leaves no half file to read.
 */
export const localArtifactStore = (folder: string): ArtifactStore => {
  const pathOf = (at: ArtifactAddress): string => {
    checkAddress(at);
    return join(folder, at.job, at.name);
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
      const file = await stat(path).catch(ignoreMissing);
      if (!file?.isFile()) return undefined;
      const etag = etagOf(file);
      return {
        size: file.size,
        mediaType: mediaTypeOf(at.name),
        etag,
        open: (range) => Readable.from(read(path, etag, range), { objectMode: false }),
      };
    },

    remove: async (job) => {
      checkJob(job);
      await rm(join(folder, job), { recursive: true, force: true });
    },

    jobs: (limit, after = '') => {
      const later = async function* () {
        for await (const job of jobsIn(folder)) if (job > after) yield job;
      };
      return smallest(later(), limit);
    },

    // The folder is made with the first file; whether the disk is full, /health tells.
    check: async () => undefined,
  };
};
