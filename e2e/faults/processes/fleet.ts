import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger } from '../ledger/ledger.ts';
import { type Member, type Role, startMember } from './member.ts';

export interface FleetOptions {
  /** How many processes of each role. */
  sizes: Readonly<Record<Role, number>>;
  /** Of Redis itself; each process reaches it through a proxy of its own. */
  redisUrl: string;
  databaseUrl: string;
  /** Where logs and data go. */
  folder: string;
  ledgerPath: string;
  ledger: Ledger;
  /** Settings beside those of every fleet. */
  env?: Readonly<Record<string, string>>;
}

/** The processes of a Drover, kept running. */
export interface Fleet extends AsyncDisposable {
  readonly members: readonly Member[];
  readonly apis: readonly Member[];
  /** Adds a process. */
  grow(role: Role): Promise<Member>;
  /** Resolves when every process is ready. */
  ready(): Promise<void>;
}

export const keyPrefix = 'faults';
export const partitions = 2;

const environment = ({ databaseUrl, folder, env }: FleetOptions) => ({
  NODE_ENV: 'test',
  DATABASE_URL: databaseUrl,
  KEY_PREFIX: keyPrefix,
  PARTITIONS: String(partitions),
  DATA_DIR: join(folder, 'data'),
  CONCURRENCY: 'demo=20,mail=20',
  // Shorter than the long jobs, so that some are handed back.
  SHUTDOWN_GRACE: '2s',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
  ...env,
});

export const startFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { sizes, redisUrl, ledgerPath, ledger, folder } = options;
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder, { recursive: true });
  const env = environment(options);
  const members: Member[] = [];
  const grow = async (role: Role) => {
    const number = members.filter((member) => member.role === role).length + 1;
    const name = `${role}-${number}`;
    const member = await startMember({ name, role, redisUrl, env, ledgerPath, ledger, logFolder });
    members.push(member);
    return member;
  };
  for (const role of ['api', 'worker', 'scheduler'] as const) {
    for (let n = 0; n < sizes[role]; n += 1) await grow(role);
  }
  return {
    members,
    apis: members.filter(({ role }) => role === 'api'),
    grow,
    ready: async () => void (await Promise.all(members.map((member) => member.ready()))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
    },
  };
};
