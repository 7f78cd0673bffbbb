import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../../scripts/checkout.ts';
import { describeExit, type Guarded, spawnGuarded } from '../../../scripts/stack/guarded.ts';
import { freePort } from '../../../scripts/stack/ports.ts';
import { untilReady } from '../../../scripts/stack/readiness.ts';
import { startProxy, type TcpProxy } from '../../../tests/servers/tcp-proxy.ts';
import type { Ledger } from '../ledger/ledger.ts';

export type Role = 'api' | 'worker' | 'scheduler';

const portVariables = { api: 'PORT', worker: 'WORKER_PORT', scheduler: 'SCHEDULER_PORT' } as const;

/** Workers and APIs have job types of the test; the scheduler is started as it is. */
const entries: Record<Role, string> = {
  api: 'e2e/faults/processes/api.ts',
  worker: 'e2e/faults/processes/worker.ts',
  scheduler: 'packages/scheduler/src/main.ts',
};

/** A supervisor starts a process again after this time, in milliseconds. */
const restartMs = 300;

/** Longer than the grace of the processes, in seconds. */
const killAfterSeconds = 15;

/** One process of the fleet, started again whenever it has ended, with its own line to Redis. */
export interface Member extends AsyncDisposable {
  readonly name: string;
  readonly role: Role;
  /** Base URL of the API or the health server. */
  readonly url: string;
  readonly proxy: TcpProxy;
  /** Something is being done to it: a fault leaves it alone. */
  busy: boolean;
  /** Sends a signal to the process, if it lives. */
  signal(signal: NodeJS.Signals): void;
  /** Makes the process end and resolves when it has; another one is started. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Resolves when it is ready. */
  ready(): Promise<void>;
}

export interface MemberOptions {
  name: string;
  role: Role;
  redisUrl: string;
  env: Readonly<Record<string, string>>;
  ledgerPath: string;
  ledger: Ledger;
  logFolder: string;
}

export const startMember = async (options: MemberOptions): Promise<Member> => {
  const { name, role, ledger } = options;
  const proxy = await startProxy(options.redisUrl);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = await open(join(options.logFolder, `${name}.log`), 'a');
  const ending = new AbortController();
  let expected = '';
  let current: Guarded | undefined;

  const launch = () =>
    spawnGuarded({
      name,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', entries[role], options.ledgerPath],
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        ...options.env,
        REDIS_URL: proxy.url,
        [portVariables[role]]: String(port),
      },
      output: log.fd,
      stopSignal: 'SIGTERM',
      graceSeconds: killAfterSeconds,
    });

  /** Tells whether the process has been ready so far. */
  const noteReady = (exited: Promise<unknown>) => {
    let isReady = false;
    const gone = new AbortController();
    void exited.then(() => gone.abort());
    void untilReady(`${url}/ready`, { signal: gone.signal }).then(() => {
      isReady ||= !gone.signal.aborted;
    });
    return () => isReady;
  };

  const keepRunning = async () => {
    while (!ending.signal.aborted) {
      current = await launch();
      const wasReady = noteReady(current.exited);
      const how = describeExit(await current.exited);
      const why = ending.signal.aborted ? 'stop' : expected;
      ledger.append({ what: 'exit', process: name, how, expected: why, wasReady: wasReady() });
      expected = '';
      await sleep(restartMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const kept = keepRunning();

  const signal = (what: NodeJS.Signals) => {
    try {
      if (current) process.kill(current.pid, what);
    } catch {
      // It has just ended.
    }
  };

  return {
    name,
    role,
    url,
    proxy,
    busy: false,
    signal,
    end: async (what) => {
      const ended = current?.exited;
      expected = what;
      signal(what);
      await ended;
    },
    ready: () => untilReady(`${url}/ready`, { signal: ending.signal }),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      signal('SIGCONT');
      await current?.stop();
      await kept;
      await proxy[Symbol.asyncDispose]();
      await log.close();
    },
  };
};
