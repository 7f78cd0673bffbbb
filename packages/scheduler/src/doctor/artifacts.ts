import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, parse } from 'node:path';
import { listWorkers } from '@drover/jobs/operations/worker-record';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import type { Config } from '@drover/shared/config';
import { CodedError } from '@drover/shared/errors';
import type { Stores } from '@drover/shared/stores';
import { type Finding, fail, ok, runbook, someOf, warn } from './findings.ts';
import { hostsOf } from './workers.ts';

const page = 'docs/guides/artifacts-and-s3.md';

const isMissing = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && err.code === 'ENOENT';

/** The folder, or what of the path to it is there: the rest is made when it is needed. */
const nearestFolder = async (path: string): Promise<string> => {
  try {
    await access(path);
    return path;
  } catch (err) {
    if (!isMissing(err) || dirname(path) === path) throw err;
    return nearestFolder(dirname(path));
  }
};

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`;

const lookAtFolder = async ({ dataDir, health }: Config): Promise<Finding> => {
  try {
    const folder = await nearestFolder(dataDir);
    await access(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = `${mebibytes(bavail * bsize)} are free for ${dataDir}`;
    if (bavail * bsize >= health.minDiskBytes) return ok(`a local folder; ${free}`);
    const advice = 'Make room, or keep artifacts in S3.';
    return fail(`only ${free}`, { advice, see: runbook('DroverDiskFilling') });
  } catch (err) {
    const { code = 'unusable' } = err as NodeJS.ErrnoException;
    const advice = 'Give the folder to the user of the processes, or set DATA_DIR.';
    return fail(`DATA_DIR ${dataDir} cannot be written (${code})`, { advice, see: page });
  }
};

const lookAtBucket = async (config: Config): Promise<Finding> => {
  const advice = 'Look at ARTIFACTS_URL and the variables S3_….';
  try {
    const reason = await createArtifactStore(config).check();
    if (reason === undefined) return ok('the bucket answers');
    return fail(`the bucket cannot be reached: ${reason}`, { advice, see: page });
  } catch (err) {
    if (!(err instanceof CodedError)) throw err;
    return fail(err.message, { advice, see: page });
  }
};

/** Whether the files of jobs can be kept. What is local, is that of the machine the doctor runs on. */
export const lookAtArtifacts = async (config: Config): Promise<readonly Finding[]> => [
  await (config.s3 ? lookAtBucket(config) : lookAtFolder(config)),
];

/** Whether a folder is on another file system than the root: a volume, which hosts may share. */
const isMount = async (path: string): Promise<boolean> => {
  const folder = await nearestFolder(path);
  const [own, root] = await Promise.all([stat(folder), stat(parse(folder).root)]);
  return own.dev !== root.dev;
};

/** Whether all that need the files get at them. */
export const lookAtSharing = async (
  { s3, dataDir }: Config,
  stores: Pick<Stores, 'redis' | 'keys'>,
): Promise<readonly Finding[]> => {
  if (s3) return [ok('every host reaches the bucket')];
  const hosts = hostsOf(await listWorkers(stores));
  if (hosts.length < 2) return [ok('workers are on one host at most')];
  const where = `workers are on ${hosts.length} hosts (${someOf(hosts)}), and artifacts in a folder`;
  if (await isMount(dataDir)) return [ok(`${where} of a volume, which all must mount`)];
  const advice = 'Mount DATA_DIR from one volume everywhere, or set ARTIFACTS_URL.';
  return [warn(`${where} of this one`, { advice, see: page })];
};
