import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, onPath, run } from './commands.ts';
import type { Say } from './report.ts';

/** How long another apt-get is waited for: a second start of ours, or the system's own. Milliseconds. */
const patience = { totalMs: 300_000, pollMs: 2_000 };

const aptGet = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> => {
  const givesUpAt = performance.now() + patience.totalMs;
  for (;;) {
    const outcome = await run('apt-get', args, { env });
    const isLocked = outcome.code !== 0 && outcome.output.includes('Could not get lock');
    if (!isLocked || performance.now() > givesUpAt) return outcome;
    await sleep(patience.pollMs);
  }
};

/**
 * Installs a Debian package, as root on a system that has apt-get; the service that the package may
 * bring is not started.
 * @returns false when that is not possible here; why is said.
 */
export const aptInstall = async (name: string, say: Say): Promise<boolean> => {
  if (process.getuid?.() !== 0 || !(await onPath('apt-get'))) return false;
  say(`installing ${name} with apt-get…`);
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    LC_ALL: 'C',
    // Understood by systemd and by System V init: unpack the service, start nothing.
    SYSTEMD_OFFLINE: '1',
    RUNLEVEL: '1',
  };
  const install = () => aptGet(['install', '-y', '--no-install-recommends', name], env);
  let outcome = await install();
  if (outcome.code !== 0) {
    // The package lists are missing or too old.
    await aptGet(['update'], env);
    outcome = await install();
  }
  if (outcome.code === 0) return true;
  say(`apt-get could not install ${name}:\n${outcome.output.trim()}`);
  return false;
};
