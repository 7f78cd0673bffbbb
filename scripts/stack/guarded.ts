import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SystemUser } from './system-user.ts';

export const guardScript = fileURLToPath(new URL('guard.sh', import.meta.url));

/** How a process ended: with an exit code or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `exited with code 1`, `was killed by SIGKILL`. */
export const describeExit = ({ code, signal }: Exit): string =>
  signal === null ? `exited with code ${code}` : `was killed by ${signal}`;

/** A running process that ends when we end, even when we are killed outright. */
export interface Guarded {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Tells that process `pid` uses this one as its server: should we be killed, it outlives that one. */
  serve(pid: number): void;
  /** Asks the process to stop, kills it after its grace, resolves when it is gone. Idempotent. */
  stop(): Promise<Exit>;
  /** Kills the process and its descendants at once. */
  kill(): void;
}

export interface GuardedOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where stdout and stderr go: an open file, or to our own. */
  readonly output: 'inherit' | number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Seconds from the signal to SIGKILL. */
  readonly graceSeconds: number;
  /** Seconds that the process may outlive us for those it serves. Default 0. */
  readonly peersWaitSeconds?: number;
  readonly user?: SystemUser | undefined;
  /** A copy of guard.sh that `user` can read. Default: the one beside this file. */
  readonly guard?: string;
}

/** Time beyond the guard's own limits after which we stop trusting that the guard is still there. */
const guardLateMs = 2_000;

/**
 * Starts a process under guard.sh, in a session of its own.
 * @throws Error when it cannot be started; a command that is missing exits with code 127 instead.
 */
export const spawnGuarded = async (options: GuardedOptions): Promise<Guarded> => {
  const { name, stopSignal, graceSeconds, peersWaitSeconds = 0, output, user } = options;
  const guard = [
    options.guard ?? guardScript,
    stopSignal.replace('SIG', ''),
    String(graceSeconds),
    String(peersWaitSeconds),
  ];
  const child = spawn('/bin/sh', [...guard, options.command, ...options.args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', output, output],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  const { stdin } = child;
  if (stdin === null) throw new Error('a guard without a pipe guards nothing');
  // The watcher may be gone before the process is; the pipe then has no reader.
  stdin.on('error', () => undefined);
  let isRunning = true;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      isRunning = false;
      stdin.end('gone\n');
      resolve({ code, signal });
    });
  });
  await once(child, 'spawn');
  const pid = child.pid as number;

  const kill = () => {
    if (!isRunning) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  };
  const stop = async () => {
    stdin.end();
    const late = setTimeout(kill, (graceSeconds + peersWaitSeconds) * 1_000 + guardLateMs);
    const exit = await exited;
    clearTimeout(late);
    return exit;
  };
  const serve = (peer: number) => void (stdin.writable && stdin.write(`${peer}\n`));
  return { name, pid, exited, serve, stop, kill };
};
