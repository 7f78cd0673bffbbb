import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedServer, startServer } from './embedded-server.ts';
import { exchange } from './exchange.ts';
import { findRedis } from './find-redis.ts';
import { spawnGuarded } from './guarded.ts';
import { keptPassword } from './password.ts';
import type { Say } from './report.ts';

export interface RedisOptions {
  /** Folder for the data, made when missing. Redis is the only writer in it. */
  readonly dataDir: string;
  /** Default: `redis.log` in `dataDir`. */
  readonly logFile?: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Settings beside those that Drover rests on. */
  readonly more?: Readonly<Record<string, string>>;
  /** Seconds that Redis may outlive us for the processes it serves, should we be killed. Default 0. */
  readonly peersWaitSeconds?: number;
  /** Hears of what takes time: an installation. Default: nobody. */
  readonly say?: Say;
}

const graceSeconds = 10;

/**
 * The settings that the promises of Drover rest on. With AOF, Redis writes a command to the file
 * before it answers: killing Redis loses nothing that was answered. There is one exception with
 * `everysec`: while the disk is busy syncing, Redis answers first and writes when the sync is over, or
 * after 2 s. `everysec` bounds what a crash of the machine itself loses to about a second.
 */
const settings = (port: number, password: string, more: RedisOptions['more']): string =>
  Object.entries({
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    port,
    requirepass: password,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '""',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    ...more,
  })
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');

/** While Redis loads its data it answers PING with -LOADING. */
const isServing = async (port: number, password: string): Promise<boolean> => {
  const isWhole = (answer: string) => answer.split('\r\n').length > 2;
  return (await exchange(port, `AUTH ${password}\r\nPING\r\n`, isWhole)).includes('+PONG');
};

/**
 * Starts a Redis (or Valkey) on 127.0.0.1, behind a password; its data survives its death, and ours.
 * @throws CodedError `redis-missing` when there is none to start, `redis-failed` when it does not run.
 */
export const startRedis = async (options: RedisOptions): Promise<EmbeddedServer> => {
  const { dataDir } = options;
  const { command } = await findRedis(options);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const password = await keptPassword(join(dataDir, 'password'));
  return startServer({
    name: 'redis',
    logFile: options.logFile ?? join(dataDir, 'redis.log'),
    port: options.port,
    isServing: (port) => isServing(port, password),
    urlOf: (port) => `redis://:${password}@127.0.0.1:${port}`,
    launch: async (port, output) => {
      // In a file: command lines are everybody's to read.
      await writeFile(join(dataDir, 'redis.conf'), settings(port, password, options.more), {
        mode: 0o600,
      });
      return spawnGuarded({
        name: 'redis',
        command,
        args: ['redis.conf'],
        cwd: dataDir,
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
        output,
        stopSignal: 'SIGTERM',
        graceSeconds,
        peersWaitSeconds: options.peersWaitSeconds ?? 0,
      });
    },
  });
};
