import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Config } from '../config.ts';
import { CodedError } from '../errors.ts';
import type { ArtifactStore } from './store.ts';

/** A part of an upload, in bytes, and how many are in memory at once: 24 MiB at most for a stream. */
const partSize = 8 * 1_024 * 1_024;
const queueSize = 2;

/** How long the store may take to be reached and to answer, in milliseconds. */
const timeouts = {
  connectionTimeout: 3_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
  socketTimeout: 30_000,
};

/** One bucket, as far as artifacts need it. */
export interface Bucket {
  /** @returns the size in bytes. An upload that fails is taken back, parts and all. */
  put(
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    mediaType: string,
  ): Promise<number>;
  head(key: string): Promise<{ size: number; etag: string } | undefined>;
  /** The object's bytes as long as it is the one of that tag. */
  get(key: string, of: { etag: string; start?: number; end?: number }): AsyncIterable<Uint8Array>;
  delete(key: string): Promise<void>;
  /** All keys that begin so. */
  keys(prefix: string): AsyncIterable<string>;
  /** The next segments of keys that begin so: what folders are elsewhere. */
  folders(prefix: string, options: { limit: number; after?: string }): Promise<string[]>;
  check: ArtifactStore['check'];
}

const statusOf = (err: unknown): number | undefined =>
  err instanceof S3ServiceException ? err.$metadata.httpStatusCode : undefined;

/** What is not there may come back; what says no will say so again, and no key stays no key. */
const isPassing = (err: unknown): boolean => {
  const status = statusOf(err);
  if (status !== undefined) return status >= 500;
  return (err as Error).name !== 'CredentialsProviderError';
};

const createClient = ({ endpoint, region, pathStyle, credentials }: NonNullable<Config['s3']>) =>
  new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    requestHandler: timeouts,
    // Other stores than that of AWS do not all know the checksums that the library would add.
    ...(endpoint && {
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  });

/**
 * An error of the store. Its own message may name addresses of the network inside, and jobs' errors are
 * shown to their clients.
 */
const storeFailure = (err: unknown): CodedError => {
  const code = err instanceof Error && 'code' in err ? String(err.code) : (err as Error).name;
  return new CodedError('artifacts-unavailable', `the artifact store does not work: ${code}`, {
    cause: err,
  });
};

/** Counts the bytes that pass, and keeps the error that they break off with. */
const observed = (content: AsyncIterable<Uint8Array>) => {
  const seen: { size: number; failure?: { err: unknown } } = { size: 0 };
  const passing = async function* () {
    try {
      for await (const chunk of content) {
        seen.size += chunk.byteLength;
        yield chunk;
      }
    } catch (err) {
      seen.failure = { err };
      throw err;
    }
  };
  return { seen, content: Readable.from(passing(), { objectMode: false }) };
};

export const createBucket = (s3: NonNullable<Config['s3']>): Bucket => {
  const client = createClient(s3);
  const Bucket = s3.bucket;

  const get = async function* (
    Key: string,
    { etag, start, end }: { etag: string; start?: number; end?: number },
  ) {
    const Range = start === undefined ? undefined : `bytes=${start}-${end}`;
    try {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket, Key, IfMatch: etag, ...(Range && { Range }) }),
      );
      yield* Body as AsyncIterable<Uint8Array>;
    } catch (err) {
      throw storeFailure(err);
    }
  };

  return {
    put: async (Key, content, ContentType) => {
      const { seen, content: Body } = observed(
        content instanceof Uint8Array ? Readable.from([content]) : content,
      );
      const upload = new Upload({
        client,
        params: { Bucket, Key, Body, ContentType },
        partSize,
        queueSize,
      });
      try {
        await upload.done();
      } catch (err) {
        Body.destroy();
        throw seen.failure ? seen.failure.err : storeFailure(err);
      }
      return seen.size;
    },

    head: async (Key) => {
      try {
        const { ContentLength, ETag } = await client.send(new HeadObjectCommand({ Bucket, Key }));
        return { size: ContentLength ?? 0, etag: ETag ?? '""' };
      } catch (err) {
        if (statusOf(err) === 404) return undefined;
        throw storeFailure(err);
      }
    },

    get,

    delete: async (Key) => {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },

    keys: async function* (Prefix) {
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
      }
    },

    folders: async (Prefix, { limit, after }) => {
      const found: string[] = [];
      const first = { Bucket, Prefix, Delimiter: '/', ...(after && { StartAfter: after }) };
      // A page may have fewer than were asked for, and yet not be the last.
      for await (const page of paginateListObjectsV2({ client, pageSize: limit }, first)) {
        for (const each of page.CommonPrefixes ?? []) {
          found.push((each.Prefix ?? '').slice(Prefix.length, -1));
        }
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    check: async () => {
      try {
        await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
        return undefined;
      } catch (err) {
        if (isPassing(err)) return storeFailure(err).message;
        throw new CodedError(
          'artifacts-misconfigured',
          `The bucket "${s3.bucket}" of ARTIFACTS_URL cannot be used: ${(err as Error).name}. Check S3_ENDPOINT, S3_REGION and the access key.`,
          { cause: err },
        );
      }
    },
  };
};
