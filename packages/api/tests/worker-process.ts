import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testEnvironment } from '../../../tests/servers/configuration.ts';
import type { RunningApi } from './running-api.ts';

const root = resolve(import.meta.dirname, '../../..');

/** A worker process of that API's jobs, to be killed: `node packages/worker/src/main.ts`. */
export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const ended = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

export const spawnWorkerOf = async ({ config }: RunningApi): Promise<WorkerProcess> => {
  const env = testEnvironment({
    KEY_PREFIX: config.redis.keyPrefix,
    PARTITIONS: String(config.redis.partitions),
    DATA_DIR: config.dataDir,
    WORKER_PORT: String(await freePort()),
  });
  const child = spawn(process.execPath, ['packages/worker/src/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit');
    if (ended(child)) return;
    child.kill(signal);
    await exit;
  };
  return { pid: child.pid ?? 0, end, [Symbol.asyncDispose]: () => end('SIGKILL') };
};
