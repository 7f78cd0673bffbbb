import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './commands.ts';
import { outsideHomeOf, outsideHomes } from './outside-home.ts';
import type { Say } from './report.ts';
import {
  makeFolderOf,
  makePassable,
  postgresUser,
  type SystemUser,
  userCan,
} from './system-user.ts';

/** Where the data of a Postgres is and whose it is. */
export interface PostgresHome {
  /** Holds `data`, the cluster, and `password`. */
  readonly dir: string;
  /** undefined: ourselves. */
  readonly user: SystemUser | undefined;
  /** Whether it is to be removed when Postgres has stopped. */
  readonly isTemporary: boolean;
}

const textOf = async (path: string) => (await readFile(path, 'utf8').catch(() => '')).trim();
const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;
const canUse = (user: SystemUser, dir: string) => userCan(user, 'cd "$1" && test -w .', dir);

/** In `dataDir`: where the data really is. */
const markerOf = (dataDir: string) => join(dataDir, 'moved-to');
/** In a home outside: whose data it is. */
const ownerOf = (dir: string) => join(dir, 'belongs-to');

/**
 * The home outside that belongs to `dataDir`. The two name each other: a home whose marker was
 * deleted (to start afresh) is nobody's, and a copied checkout does not share the data of the first.
 */
const claimedHome = async (dataDir: string): Promise<string | undefined> => {
  const dir = await textOf(markerOf(dataDir));
  const owner = dir && (await textOf(ownerOf(dir)));
  if (!owner) return undefined;
  const isCopy = owner !== dataDir && (await textOf(markerOf(owner))) === dir;
  return isCopy ? undefined : dir;
};

/** The folder that holds the data of `dataDir` now, and its password. */
export const homeDirOf = async (dataDir: string): Promise<string> =>
  (await claimedHome(dataDir)) ?? dataDir;

/** Takes a new home outside, and along what data there already is. */
const claimHome = async (dataDir: string): Promise<string> => {
  const dir = join(outsideHomeOf(dirname(dataDir)), 'postgres');
  await rm(dir, { recursive: true, force: true });
  await makePassable(outsideHomes);
  await makePassable(dirname(dir));
  await makePassable(dir);
  if (await exists(join(dataDir, 'data'))) {
    await run('mv', [join(dataDir, 'data'), join(dataDir, 'password'), dir]);
  }
  return dir;
};

const settleOutside = async (dataDir: string, say: Say): Promise<PostgresHome> => {
  const before = await claimedHome(dataDir);
  const dir = before ?? (await claimHome(dataDir));
  const user = (await postgresUser(join(dir, 'data'))) as SystemUser;
  await makeFolderOf(user, dir);
  await writeFile(ownerOf(dir), `${dataDir}\n`);
  await writeFile(markerOf(dataDir), `${dir}\n`);
  if (!before) say(`only root can enter ${dataDir}: the data of Postgres lives in ${dir}`);
  return { dir, user, isTemporary: false };
};

/**
 * Prepares a folder that whoever Postgres runs as can use: `dataDir` itself where possible, else one
 * under /var/lib/drover that `dataDir` then points to; for data that is to be thrown away a temporary
 * one.
 */
export const preparePostgresHome = async (
  dataDir: string,
  { durable, say }: { readonly durable: boolean; readonly say: Say },
): Promise<PostgresHome> => {
  const user = await postgresUser(join(dataDir, 'data'));
  if (!user) {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return { dir: dataDir, user, isTemporary: false };
  }
  if (await exists(markerOf(dataDir))) return settleOutside(dataDir, say);
  await makeFolderOf(user, dataDir);
  if (await canUse(user, dataDir)) return { dir: dataDir, user, isTemporary: false };
  if (durable) return settleOutside(dataDir, say);
  const dir = await mkdtemp(join(tmpdir(), 'drover-postgres-'));
  await makeFolderOf(user, dir);
  return { dir, user, isTemporary: true };
};
