import { z } from 'zod';

/** Names of buckets as S3 has them, with the dots and underscores of older and other servers. */
const bucketName = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i;

/** Where in the bucket: segments of harmless characters. */
const prefixPath = /^(\/[A-Za-z0-9._-]+)*\/?$/;

/** `s3://bucket/prefix` as `{bucket, prefix}`; the prefix has no slash at either end. */
export const artifactsUrl = z.string().transform((text, context) => {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(.*)$/.exec(text) ?? [];
  if (bucketName.test(bucket) && prefixPath.test(path) && !/\/\.\.?(\/|$)/.test(path)) {
    return { bucket, prefix: path.replace(/^\/|\/$/g, '') };
  }
  context.addIssue({ code: 'custom', message: 'expected a bucket such as s3://bucket/prefix' });
  return z.NEVER;
});

/** What belongs together of the variables of an S3-compatible store. */
interface S3Variables {
  ARTIFACTS_URL?: unknown;
  S3_ENDPOINT?: unknown;
  S3_ACCESS_KEY_ID?: unknown;
  S3_SECRET_ACCESS_KEY?: unknown;
}

/** One line for each variable that lacks another; naming the one that is there. */
export const artifactsProblems = (env: S3Variables): { name: string; message: string }[] => {
  const problems = [];
  const { S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = env;
  if (id !== undefined && secret === undefined) {
    problems.push({ name: 'S3_ACCESS_KEY_ID', message: 'needs S3_SECRET_ACCESS_KEY beside it' });
  }
  if (secret !== undefined && id === undefined) {
    problems.push({ name: 'S3_SECRET_ACCESS_KEY', message: 'needs S3_ACCESS_KEY_ID beside it' });
  }
  if (env.S3_ENDPOINT !== undefined && env.ARTIFACTS_URL === undefined) {
    problems.push({ name: 'S3_ENDPOINT', message: 'needs ARTIFACTS_URL, which names the bucket' });
  }
  return problems;
};
