import type { Readable } from 'node:stream';
import mime from 'mime';
import { CodedError } from '../errors.ts';
import { parseJobId } from '../job-id.ts';

/** Where an artifact belongs: the job that made it and its file name there. */
export interface ArtifactAddress {
  job: string;
  name: string;
}

export interface StoredArtifact {
  /** Bytes. */
  size: number;
  /** See {@link mediaTypeOf}. */
  mediaType: string;
  /** Changes whenever the content does; quoted, as in the HTTP header. */
  etag: string;
  /**
   * Opens the content, or the bytes `start` to `end`, both included. Should it have been replaced or
   * removed meanwhile, the stream fails; it never mixes two contents.
   */
  open(range?: { start: number; end: number }): Readable;
}

/** Holds the files that jobs produce. Names: {@link isArtifactName}. */
export interface ArtifactStore {
  /**
   * Stores a file whole or not at all, replacing an earlier one of that name. Streams are never held
   * in memory as a whole.
   * @returns its size in bytes.
   */
  put(at: ArtifactAddress, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<number>;
  /** @returns undefined when there is no such file. */
  find(at: ArtifactAddress): Promise<StoredArtifact | undefined>;
  /** Removes all files of a job. Without effect when there are none. */
  remove(job: string): Promise<void>;
  /**
   * Jobs that have files, in the order of their ids.
   * @param after the id to begin after; without it, from the first.
   * @param limit most ids to return, up to 1 000; fewer come only when there are no more.
   */
  jobs(limit: number, after?: string): Promise<string[]>;
  /**
   * Tries whether the store can be used.
   * @returns why it cannot be reached now; undefined when all is well.
   * @throws CodedError `artifacts-misconfigured` when it will never work as it is set up.
   */
  check(): Promise<string | undefined>;
}

/** Names are single path segments without surprises: letters, digits, `.`, `_`, `-`; no leading dot. */
export const isArtifactName = (name: string): boolean =>
  /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(name);

/** @throws CodedError `artifact-name-invalid`: what cannot be a job or a name must not become a path. */
export const checkAddress = ({ job, name }: ArtifactAddress): void => {
  checkJob(job);
  if (isArtifactName(name)) return;
  throw new CodedError('artifact-name-invalid', `"${name}" is not a name for an artifact`);
};

/** @throws CodedError `artifact-name-invalid` */
export const checkJob = (job: string): void => {
  if (parseJobId(job)) return;
  throw new CodedError('artifact-name-invalid', `"${job}" is not a job that artifacts belong to`);
};

/** The media type that a file name promises; `application/octet-stream` where it promises none. */
export const mediaTypeOf = (name: string): string =>
  // Newline-delimited JSON has no registered type; this is the one in use.
  name.endsWith('.ndjson')
    ? 'application/x-ndjson'
    : (mime.getType(name) ?? 'application/octet-stream');

/** The usual file name ending of a media type, without the dot; `bin` where there is none. */
export const extensionOf = (mediaType: string): string => mime.getExtension(mediaType) ?? 'bin';
