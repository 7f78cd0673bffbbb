import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A job that was submitted from this machine. */
export interface RecentJob {
  /** Address of the API. */
  server: string;
  id: string;
  type: string;
  /** When it was submitted, by the server's clock. */
  at: string;
}

/** Jobs remembered of each server. */
const keptPerServer = 100;

/** A file longer than this is cut down to what is kept, in bytes: some 800 jobs. */
const maxBytes = 128 * 1024;

/**
 * The jobs that were submitted from this machine, one JSON line each. A submission appends a line in
 * one write, so that any number of processes can do so at once and none loses another's.
 */
export interface RecentJobs {
  /** Errors are those of the file system. */
  remember(job: RecentJob): Promise<void>;
  /** Newest first, 100 at most. */
  of(server: string): Promise<RecentJob[]>;
}

const isRecentJob = (value: unknown): value is RecentJob =>
  typeof value === 'object' &&
  value !== null &&
  ['server', 'id', 'type', 'at'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  );

/** Lines that are no jobs are left out: a machine may have lost power in the middle of one. */
const parseLines = (text: string): RecentJob[] =>
  text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isRecentJob(value) ? [value] : [];
    } catch {
      return [];
    }
  });

const readIfThere = (file: string) =>
  readFile(file, 'utf8').catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENOENT') return '';
    throw err;
  });

const lineOf = (job: RecentJob) => `${JSON.stringify(job)}\n`;

const newestOf = (jobs: readonly RecentJob[]): RecentJob[] =>
  [...Map.groupBy(jobs, ({ server }) => server).values()].flatMap((of) => of.slice(-keptPerServer));

/** Replaces the file whole: a reader sees the old one or the new one. */
const cutDown = async (file: string): Promise<void> => {
  const kept = newestOf(parseLines(await readIfThere(file)));
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, kept.map(lineOf).join(''), { mode: 0o600 });
  await rename(draft, file);
};

export const recentJobs = (stateDir: string): RecentJobs => {
  const file = join(stateDir, 'jobs.ndjson');
  return {
    remember: async (job) => {
      await mkdir(dirname(file), { recursive: true });
      await appendFile(file, lineOf(job), { mode: 0o600 });
      if ((await stat(file)).size > maxBytes) await cutDown(file);
    },
    of: async (server) =>
      parseLines(await readIfThere(file))
        .filter((job) => job.server === server)
        .slice(-keptPerServer)
        .toReversed(),
  };
};
