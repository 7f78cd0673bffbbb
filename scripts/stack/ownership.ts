import { constants, renameSync, writeFileSync } from 'node:fs';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import type { Report } from './report.ts';

/** A process of a stack, as the next start finds it recorded. */
interface Recorded extends ProcessIdentity {
  readonly name: string;
}

interface StackRecord {
  readonly pid: number;
  readonly api: string;
  readonly processes: readonly Recorded[];
}

/** The right to run a stack on a data folder: at most one process has it. */
export interface Ownership {
  /** Notes a process that was started, for the start after a kill -9. */
  record(name: string, pid: number): Promise<void>;
  /** Gives the right back; also happens by itself when we end, however that is. */
  release(): void;
}

const readRecord = async (file: string): Promise<StackRecord | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StackRecord;
  } catch {
    return undefined;
  }
};

const sqliteBusy = 5;

/**
 * Takes an exclusive lock. SQLite is used for nothing but its file lock, which the kernel releases
 * when the holder ends: it cannot stick, and taking it is atomic. Both are hard to have otherwise.
 */
const lock = (file: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (err) {
    database.close();
    if ((err as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw err;
  }
};

const killGroup = (pid: number) => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
};

const makeWritable = async (dataDir: string) => {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (err) {
    throw new CodedError(
      'data-dir-unwritable',
      `${dataDir} cannot be written: ${(err as Error).message}. Was it made by another user (root)? ` +
        'Give it to this one, delete it, or set DATA_DIR.',
    );
  }
};

/**
 * Waits for what a killed stack left behind: guards are stopping it, in order. What is still there
 * after `patienceMs` has lost its guard too, and is killed.
 */
const awaitLeftovers = async (left: readonly Recorded[], patienceMs: number, report: Report) => {
  const deadline = performance.now() + patienceMs;
  for (const one of left) {
    if (!(await isAlive(one))) continue;
    report.info(`waiting for ${one.name} (process ${one.pid}) of an earlier run to stop`);
    while (await isAlive(one)) {
      if (performance.now() > deadline) killGroup(one.pid);
      await sleep(50);
    }
  }
};

/**
 * Makes us the owner of `dataDir`, once nothing of an earlier owner is left.
 * @param options.patienceMs how long the leftovers of a killed stack may take to stop
 * @throws CodedError `already-running` when another process is the owner, `data-dir-unwritable`.
 */
export const takeOwnership = async (
  dataDir: string,
  options: { readonly api: string; readonly patienceMs: number; readonly report: Report },
): Promise<Ownership> => {
  const file = join(dataDir, 'stack.json');
  await makeWritable(dataDir);
  const held = lock(join(dataDir, 'stack.lock'));
  const before = await readRecord(file);
  if (!held) {
    const whose = before ? ` (process ${before.pid}, ${before.api})` : '';
    throw new CodedError(
      'already-running',
      `Drover is already running on ${dataDir}${whose}. Stop it first; or, to run a second one, ` +
        'set DATA_DIR, PORT, WORKER_PORT and SCHEDULER_PORT.',
    );
  }
  await awaitLeftovers(before?.processes.toReversed() ?? [], options.patienceMs, options.report);

  let processes: readonly Recorded[] = [];
  const write = () => {
    const record: StackRecord = { pid: process.pid, api: options.api, processes };
    writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  };
  write();
  return {
    record: async (name, pid) => {
      const identity = await identify(pid);
      if (!identity) return;
      processes = [...processes.filter((one) => one.name !== name), { name, ...identity }];
      write();
    },
    release: () => held.close(),
  };
};
