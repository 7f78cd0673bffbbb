import type { Readable } from 'node:stream';
import mime from 'mime';

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
  /** Opens the content, or the bytes `start` to `end`, both included. */
  open(range?: { start: number; end: number }): Readable;
}

/** Holds the files that jobs produce. Names: {@link isArtifactName}. */
export interface ArtifactStore {
  /**
   * Stores a file whole or not at all, replacing an earlier one of that name.
   * @returns its size in bytes.
   */
  put(at: ArtifactAddress, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<number>;
  /** @returns undefined when there is no such file. */
  find(at: ArtifactAddress): Promise<StoredArtifact | undefined>;
}

/** Names are single path segments without surprises: letters, digits, `.`, `_`, `-`; no leading dot. */
export const isArtifactName = (name: string): boolean =>
  /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(name);

/** The media type that a file name promises; `application/octet-stream` where it promises none. */
export const mediaTypeOf = (name: string): string =>
  mime.getType(name) ?? 'application/octet-stream';
