import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { run } from './commands.ts';

/** An account of the system that a process runs as. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

const accountOf = async (name: string): Promise<SystemUser | undefined> => {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = accounts.split('\n').find((text) => text.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
};

/**
 * Whom to run Postgres as, which refuses to run as root: whoever owns the data there is, else the
 * system's `postgres`, else `nobody`.
 * @returns undefined when we are not root: then it runs as ourselves.
 * @throws CodedError `postgres-user-missing`
 */
export const postgresUser = async (data: string): Promise<SystemUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const user = (await accountOf('postgres')) ?? (await accountOf('nobody'));
  if (user) return user;
  throw new CodedError(
    'postgres-user-missing',
    'Postgres refuses to run as root, and this system has neither a user "postgres" nor "nobody". ' +
      'Add one (useradd --system postgres), or start Drover as an ordinary user, or set DATABASE_URL.',
  );
};

/**
 * Whether that user can do what a shell script does; `$1`, `$2` … are the arguments. Asked of the
 * system rather than reasoned out from modes, mounts and access lists.
 */
export const userCan = async (
  user: SystemUser,
  script: string,
  ...args: readonly string[]
): Promise<boolean> =>
  (await run('/bin/sh', ['-c', script, 'probe', ...args], { cwd: '/', ...user })).code === 0;

/** Makes a folder that others can pass through but not list, whatever the umask. */
export const makePassable = async (dir: string): Promise<void> => {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
};

/** Makes a folder that belongs to that user. */
export const makeFolderOf = async (user: SystemUser, dir: string): Promise<void> => {
  await makePassable(dir);
  await chown(dir, user.uid, user.gid);
};
