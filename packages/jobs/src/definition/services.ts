import type { ArtifactAddress } from '@drover/shared/artifacts/store';
import type { EmailMessage } from '../email-send.ts';
import type { ImageFormat } from '../fields/image.ts';
import type { Source } from '../fields/source.ts';

/**
 * What handlers ask of the world. Interfaces only: the worker brings the implementations, so that
 * the API can load every job type without the libraries that do the work.
 */
export interface Services {
  mailer: Mailer;
  images: Images;
  sources: Sources;
}

export interface Mailer {
  /**
   * Hands one message to the mail server.
   * @param options.key makes the Message-ID, so that a retried message can be told for what it is.
   * @throws PermanentError `mail-rejected` when the server refuses the message for good.
   */
  send(
    message: EmailMessage,
    options: { key: string; signal: AbortSignal },
  ): Promise<{ messageId: string; accepted: string[]; rejected: string[] }>;
}

export interface RenderedImage {
  data: Uint8Array;
  mediaType: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

export interface Images {
  /**
   * Re-encodes a picture, upright and without metadata; scaled down to `width` where it is wider.
   * @throws PermanentError `image-unreadable` when the input is no picture or too large a one.
   */
  render(
    input: Uint8Array,
    target: { format: ImageFormat; width?: number; quality?: number },
  ): Promise<RenderedImage>;
}

export interface Sources {
  /**
   * The bytes of a job's source.
   * @throws PermanentError `source-not-found`, `source-too-large` or `source-refused` (an address that
   *   jobs may not reach); other errors are worth a retry.
   */
  read(source: Source, options: { tenant: string; signal: AbortSignal }): Promise<Uint8Array>;
}

/** The files that a job leaves behind. */
export interface JobArtifacts {
  /** Stores a file of this job whole or not at all; a retry replaces it. */
  put(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredFile>;
}

export interface StoredFile extends ArtifactAddress {
  /** Bytes. */
  size: number;
  mediaType: string;
  /** Path of the file in the API. */
  url: string;
}
