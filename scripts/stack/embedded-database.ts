import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { takeOwnership } from './ownership.ts';
import { startPostgres } from './postgres.ts';
import { database, superuser } from './postgres-cluster.ts';
import { homeDirOf } from './postgres-home.ts';
import type { Report } from './report.ts';

/** How long what a killed stack left behind may take to stop. */
const patienceMs = 60_000;

/** The port is in the fourth line of the file that a running Postgres keeps. */
const portLine = 3;

/** @throws CodedError `postgres-elsewhere` when none runs. */
export const urlOfRunning = async (dataDir: string): Promise<string> => {
  const dir = await homeDirOf(dataDir);
  const [lock, password] = await Promise.all([
    readFile(join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => ''),
    readFile(join(dir, 'password'), 'utf8').catch(() => ''),
  ]);
  const port = lock.split('\n')[portLine]?.trim();
  if (port) return `postgres://${superuser}:${password.trim()}@127.0.0.1:${port}/${database}`;
  throw new CodedError(
    'postgres-elsewhere',
    'Drover runs here with a Postgres of its own choice: set DATABASE_URL to that.',
  );
};

/**
 * Hands the URL of the Postgres of `npm start` to `use`: of the one that runs, else of one that is
 * started for as long.
 */
export const withEmbeddedDatabase = async (
  dataDir: string,
  report: Report,
  use: (url: string) => Promise<void>,
): Promise<void> => {
  const folder = join(dataDir, 'postgres');
  const owned = await takeOwnership(dataDir, { api: 'npm run seed', patienceMs, report }).catch(
    (err: unknown) => {
      if (err instanceof CodedError && err.code === 'already-running') return undefined;
      throw err;
    },
  );
  if (!owned) return use(await urlOfRunning(folder));
  try {
    const server = await startPostgres({
      dataDir: folder,
      logFile: join(dataDir, 'logs', 'postgres.log'),
      say: report.info,
    });
    await owned.record(server.name, server.pid);
    try {
      await use(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    owned.release();
  }
};
