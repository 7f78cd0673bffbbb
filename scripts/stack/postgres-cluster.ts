import { randomUUID } from 'node:crypto';
import { readdir, readFile, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { run } from './commands.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { PostgresHome } from './postgres-home.ts';

export const superuser = 'drover';
export const database = 'drover';

/** How long a Postgres of an earlier run may take to leave the data to us. */
const predecessorMs = 20_000;

/** English messages, and nothing of ours that could change how it behaves (PGDATA, PGOPTIONS …). */
export const postgresEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
});

/** The same collation everywhere, whatever locales the system has. */
const initFlags = [
  `--username=${superuser}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

const freshPrefix = 'data.new-';

const removeHalfMade = async (dir: string) => {
  const left = (await readdir(dir)).filter((name) => name.startsWith(freshPrefix));
  const remove = (name: string) =>
    rm(join(dir, name), { recursive: true, force: true }).catch(() => undefined);
  await Promise.all(left.map(remove));
};

/**
 * Makes the cluster and its database, owned by the superuser with that password. Made beside its
 * place and moved there: a half-made one is never used.
 * @throws CodedError `postgres-failed` with the output of what failed.
 */
export const createCluster = async (
  home: PostgresHome,
  { native }: PostgresBinaries,
  options: { readonly passwordFile: string; readonly durable: boolean },
): Promise<void> => {
  await removeHalfMade(home.dir);
  // A name of its own: an initdb that outlived its killed parent may still write to an older one.
  const fresh = join(home.dir, `${freshPrefix}${randomUUID()}`);

  const must = async (program: string, args: readonly string[], input = '') => {
    const how = { cwd: home.dir, env: postgresEnvironment(), input, ...home.user };
    const { code, output } = await run(join(native, 'bin', program), args, how);
    if (code === 0) return;
    throw new CodedError('postgres-failed', `${program} failed:\n${output.trim()}`);
  };
  const sync = options.durable ? [] : ['--no-sync'];
  await must('initdb', ['-D', fresh, `--pwfile=${options.passwordFile}`, ...initFlags, ...sync]);
  await must('postgres', ['--single', '-D', fresh, 'postgres'], `CREATE DATABASE ${database}\n`);
  await rename(fresh, join(home.dir, 'data'));
};

/**
 * Waits until a Postgres that an earlier run left behind has let go of the data, and removes its pid
 * file when it is dead. Postgres does so itself, unless another process has got its pid meanwhile, as
 * is common after a restart of a container.
 * @throws CodedError `postgres-running` when it stays.
 */
export const awaitPredecessor = async (data: string): Promise<void> => {
  const pidFile = join(data, 'postmaster.pid');
  const deadline = performance.now() + predecessorMs;
  for (;;) {
    const pid = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0];
    if (!pid) return;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (cwd !== data) break;
    if (performance.now() > deadline) {
      throw new CodedError('postgres-running', `another Postgres, process ${pid}, uses ${data}`);
    }
    await sleep(100);
  }
  if (process.platform === 'linux') await rm(pidFile, { force: true });
};
