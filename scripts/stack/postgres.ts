import { chown, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedServer, startServer } from './embedded-server.ts';
import { exchange } from './exchange.ts';
import { spawnGuarded } from './guarded.ts';
import { keptPassword } from './password.ts';
import { findPostgres } from './postgres-binaries.ts';
import {
  awaitPredecessor,
  createCluster,
  database,
  postgresEnvironment,
  superuser,
} from './postgres-cluster.ts';
import { preparePostgresHome } from './postgres-home.ts';
import type { Say } from './report.ts';

export interface PostgresOptions {
  /** Folder for the data, made when missing; as root it is given to the user that Postgres runs as. */
  readonly dataDir: string;
  /** Default: `postgres.log` in `dataDir`. */
  readonly logFile?: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Whether what is committed survives a crash of the machine. Default true; tests need it not. */
  readonly durable?: boolean;
  /** Seconds that Postgres may outlive us for the processes it serves, should we be killed. Default 0. */
  readonly peersWaitSeconds?: number;
  /** Hears of what is worth knowing. Default: nobody. */
  readonly say?: Say;
}

const graceSeconds = 15;

const settings = (port: number, durable: boolean): string[] =>
  Object.entries({
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    wal_level: 'minimal',
    max_wal_senders: 0,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(!durable && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The first message of the protocol, version 3.0: who wants which database. */
const startupMessage = (): Buffer => {
  const body = Buffer.from(`\0\x03\0\0user\0${superuser}\0database\0${database}\0\0`, 'latin1');
  const message = Buffer.alloc(4 + body.length);
  message.writeInt32BE(message.length);
  body.copy(message, 4);
  return message;
};

/** It serves once it asks for the password (`R`); while it recovers it refuses with an error (`E`). */
const isServing = async (port: number): Promise<boolean> =>
  (await exchange(port, startupMessage(), (answer) => answer !== '')).startsWith('R');

/**
 * Starts a Postgres on 127.0.0.1, with a database and a password; its data survives its death, and
 * ours.
 * @throws CodedError `postgres-…` that says what to do when it cannot run here.
 */
export const startPostgres = async (options: PostgresOptions): Promise<EmbeddedServer> => {
  const { dataDir, durable = true, say = () => undefined } = options;
  const home = await preparePostgresHome(dataDir, { durable, say });
  const binaries = await findPostgres(home.user);
  const data = join(home.dir, 'data');
  const passwordFile = join(home.dir, 'password');
  const password = await keptPassword(passwordFile);
  if (home.user) await chown(passwordFile, home.user.uid, home.user.gid);
  if (!(await stat(data).catch(() => undefined))) {
    await createCluster(home, binaries, { passwordFile, durable });
  }
  await awaitPredecessor(await realpath(data));

  const server = await startServer({
    name: 'postgres',
    logFile: options.logFile ?? join(dataDir, 'postgres.log'),
    port: options.port,
    isServing,
    urlOf: (port) => `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`,
    launch: (port, output) =>
      spawnGuarded({
        name: 'postgres',
        command: join(binaries.native, 'bin', 'postgres'),
        args: ['-D', data, ...settings(port, durable)],
        cwd: home.dir,
        env: postgresEnvironment(),
        output,
        stopSignal: 'SIGINT', // "fast": ends the sessions instead of waiting for them
        graceSeconds,
        peersWaitSeconds: options.peersWaitSeconds ?? 0,
        user: home.user,
        guard: binaries.guard,
      }),
  });
  if (!home.isTemporary) return server;
  const stop = async () => {
    const exit = await server.stop();
    await rm(home.dir, { recursive: true, force: true });
    return exit;
  };
  return { ...server, stop };
};
