import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { aptInstall } from './apt.ts';
import { onPath, run } from './commands.ts';
import type { Say } from './report.ts';

export interface RedisBinary {
  readonly command: string;
  /** `major.minor` */
  readonly version: string;
}

const needed = { major: 6, minor: 2 };
const compiledDir = fileURLToPath(new URL('../../.drover/redis-binary', import.meta.url));
const compileScript = fileURLToPath(new URL('compile-redis.ts', import.meta.url));

const probe = async (command: string | undefined): Promise<RedisBinary | undefined> => {
  if (command === undefined) return undefined;
  const { output } = await run(command, ['--version']);
  const [, major, minor] = /\bv=(\d+)\.(\d+)/.exec(output) ?? [];
  const isNewEnough =
    Number(major) > needed.major ||
    (Number(major) === needed.major && Number(minor) >= needed.minor);
  return isNewEnough ? { command, version: `${major}.${minor}` } : undefined;
};

const installed = async () =>
  (await probe(await onPath('redis-server'))) ?? (await probe(await onPath('valkey-server')));

/** The npm package `redis-memory-server` brings no binary: it downloads the source and compiles it. */
const compile = async (say: Say): Promise<RedisBinary | undefined> => {
  const compilers = await Promise.all([onPath('make'), onPath('cc')]);
  if (compilers.includes(undefined)) return undefined;
  say('downloading and compiling Redis; this takes some minutes, once…');
  const { code, output } = await run(process.execPath, [compileScript, compiledDir]);
  if (code === 0) return probe(join(compiledDir, 'stable', 'redis-server'));
  say(`Redis could not be compiled: ${output.trim().split('\n').at(-1)}`);
  return undefined;
};

const missing = () =>
  new CodedError(
    'redis-missing',
    [
      `Drover needs Redis (or Valkey) ${needed.major}.${needed.minor} or later, and found none that it could start.`,
      'Any one of these will do:',
      `  - install it with the system's package manager: apt install redis-server, dnf install valkey,`,
      '    apk add redis, brew install redis (apt-get is used for you when run as root)',
      '  - start one: docker run --rm -p 6379:6379 redis:8 redis-server --appendonly yes --maxmemory-policy noeviction',
      '    and set REDIS_URL=redis://localhost:6379',
      '  - set REDIS_URL to one that is already running',
    ].join('\n'),
  );

/**
 * A Redis or Valkey that can be started: from PATH, else compiled before, else installed with apt-get
 * where we are root, else compiled now.
 * @throws CodedError `redis-missing` that names the ways out.
 */
export const findRedis = async ({
  say = () => undefined,
}: {
  say?: Say;
} = {}): Promise<RedisBinary> => {
  const present = (await installed()) ?? (await probe(join(compiledDir, 'stable', 'redis-server')));
  if (present) return present;
  if (await aptInstall('redis-server', say)) {
    const added = await installed();
    if (added) return added;
  }
  const compiled = await compile(say);
  if (compiled) return compiled;
  throw missing();
};
