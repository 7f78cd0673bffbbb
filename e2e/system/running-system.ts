import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/stack/ports.ts';
import { testEnvironment } from '../../tests/servers/configuration.ts';

const root = resolve(import.meta.dirname, '../..');
const pollMs = 25;

const finished = ['succeeded', 'failed', 'canceled', 'expired'];

export type Role = 'api' | 'worker' | 'scheduler';
const portVariable = { api: 'PORT', worker: 'WORKER_PORT', scheduler: 'SCHEDULER_PORT' } as const;

/** A process of Drover, started as in production: `node packages/<role>/src/main.ts`. */
export interface RunningProcess {
  readonly role: Role;
  readonly child: ChildProcess;
  /** Resolves when it has written that to its log. */
  says(text: string): Promise<void>;
  /** What it has written so far. */
  output(): string;
  /** Resolves with how it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** `http://127.0.0.1:<port>` of its API or health server. */
  readonly url: string;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Body = any;

/** Real processes on the test run's Redis and Postgres, with ports, keys and data of their own. */
export interface RunningSystem extends AsyncDisposable {
  readonly env: ReturnType<typeof testEnvironment>;
  readonly stores: { redisUrl: string; databaseUrl: string; keyPrefix: string };
  readonly url: string;
  /** Starts one more process of that role, whatever becomes of it. */
  launch(role: Role, env?: Record<string, string>): Promise<RunningProcess>;
  /** Starts one more process of that role and waits until it is ready. */
  start(role: Role, env?: Record<string, string>): Promise<RunningProcess>;
  /** Stops all processes of that role as an operator does, and waits until they have ended. */
  stop(role: Role): Promise<void>;
  /** `POST /jobs`, again if the API is overloaded, as beside many tests; throws unless it is accepted. */
  submit(type: string, payload: unknown): Promise<Body>;
  read(id: string): Promise<Body>;
  /** The job as soon as it has that status (by default: has finished); throws when it never will. */
  until(id: string, ...statuses: string[]): Promise<Body>;
}

const isReady = async (url: string): Promise<boolean> => {
  const answer = await fetch(`${url}/ready`).catch(() => undefined);
  return answer?.status === 200;
};

const hasEnded = ({ child }: RunningProcess) =>
  child.exitCode !== null || child.signalCode !== null;

const spawnRole = (role: Role, env: Record<string, string>, url: string): RunningProcess => {
  const child = spawn(process.execPath, [`packages/${role}/src/main.ts`], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const news = new EventEmitter();
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
    news.emit('output');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const says = async (text: string) => {
    while (!output.includes(text)) await once(news, 'output');
  };
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  return { role, child, says, ended, output: () => output, url };
};

export const startSystem = async (
  options: { roles?: readonly Role[]; env?: Record<string, string> } = {},
): Promise<RunningSystem> => {
  const env = testEnvironment({ LOG_LEVEL: 'info', ...options.env });
  const running: RunningProcess[] = [];
  const apiPort = await freePort();
  const url = `http://127.0.0.1:${apiPort}`;
  const headers = { authorization: 'Bearer dev', 'content-type': 'application/json' };

  const launch = async (role: Role, more: Record<string, string> = {}) => {
    const port = role === 'api' ? apiPort : await freePort();
    const started = spawnRole(
      role,
      { ...env, ...more, [portVariable[role]]: String(port) },
      `http://127.0.0.1:${port}`,
    );
    running.push(started);
    return started;
  };

  const start = async (role: Role, more?: Record<string, string>) => {
    const started = await launch(role, more);
    while (!(await isReady(started.url))) {
      if (hasEnded(started)) throw new Error(`${role} ended:\n${started.output()}`);
      await sleep(pollMs);
    }
    return started;
  };

  const read = async (id: string): Promise<Body> =>
    (await fetch(`${url}/jobs/${id}`, { headers })).json();

  const system: RunningSystem = {
    env,
    stores: {
      redisUrl: env.REDIS_URL,
      databaseUrl: env.DATABASE_URL,
      keyPrefix: env.KEY_PREFIX,
    },
    url,
    launch,
    start,
    read,
    stop: async (role) => {
      const those = running.filter((it) => it.role === role && !hasEnded(it));
      for (const { child } of those) child.kill('SIGTERM');
      await Promise.all(those.map(({ ended }) => ended));
    },
    submit: async (type, payload) => {
      const body = JSON.stringify({ type, payload });
      for (;;) {
        const answer = await fetch(`${url}/jobs`, { method: 'POST', headers, body });
        if (answer.status === 202) return answer.json();
        const text = await answer.text();
        if (!text.includes('/problems/overloaded')) throw new Error(`${answer.status}: ${text}`);
        await sleep(Number(answer.headers.get('retry-after')) * 1_000);
      }
    },
    until: async (id, ...statuses) => {
      const wanted = statuses.length > 0 ? statuses : ['succeeded', 'failed'];
      for (;;) {
        const job = await read(id);
        if (wanted.includes(job.status)) return job;
        if (finished.includes(job.status)) throw new Error(`${id} is ${job.status} already`);
        await sleep(pollMs);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const started of running) if (!hasEnded(started)) started.child.kill('SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
      // Child processes of the worker write their compile cache as they end.
      await rm(join(env.DATA_DIR), { recursive: true, force: true, maxRetries: 10 });
    },
  };
  const roles = options.roles ?? (['api', 'worker', 'scheduler'] as const);
  await Promise.all(roles.map((role) => start(role)));
  return system;
};
