import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';

/** The server takes any key: it reads no signatures. */
export const s3Key = { accessKeyId: 'drover', secretAccessKey: 'drover-secret' };

/**
 * A server that speaks the S3 protocol: multipart uploads, ranges, `If-Match`, listings, checksums. It
 * is one made for tests, in this process: no cluster, no signatures, no access rules.
 */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  readonly bucket: string;
  /** Where its objects are as files, and the parts of uploads that are not finished. */
  readonly folder: string;
  /** What makes a Drover keep its artifacts here. */
  readonly environment: Readonly<Record<string, string>>;
}

export const startS3Server = async (): Promise<S3Server> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-s3-'));
  const bucket = 'drover-test';
  const server = await startFauxqs({
    host: '127.0.0.1',
    port: 0,
    logger: false,
    s3StorageDir: folder,
  });
  server.createBucket(bucket);
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    bucket,
    folder,
    environment: {
      ARTIFACTS_URL: `s3://${bucket}/kept/here`,
      S3_ENDPOINT: url,
      S3_ACCESS_KEY_ID: s3Key.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
