import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { StepProgress } from '@drover/jobs/workflows/advance';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testEnvironment } from '../../../tests/servers/configuration.ts';
import type { RunningApi } from './running-api.ts';

const root = resolve(import.meta.dirname, '../../..');

/** A worker process of that API's jobs, to be killed: `node packages/worker/src/main.ts`. */
export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it has ended, whatever the reason. */
  ended(): Promise<void>;
}

const ended = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/** @param killAt how far it gets with the end of a step before it kills itself; default it does not. */
export const spawnWorkerOf = async (
  { config }: RunningApi,
  { killAt }: { killAt?: StepProgress['point'] } = {},
): Promise<WorkerProcess> => {
  const env = testEnvironment({
    KEY_PREFIX: config.redis.keyPrefix,
    PARTITIONS: String(config.redis.partitions),
    DATA_DIR: config.dataDir,
    WORKER_PORT: String(await freePort()),
  });
  const preload = killAt === undefined ? [] : ['--import=./packages/api/tests/kill-at-step.ts'];
  const child = spawn(process.execPath, [...preload, 'packages/worker/src/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', KILL_AT: killAt, ...env },
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  const exit = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    if (ended(child)) return;
    child.kill(signal);
    await exit;
  };
  return {
    pid: child.pid ?? 0,
    end,
    ended: () => exit.then(() => undefined),
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
};
