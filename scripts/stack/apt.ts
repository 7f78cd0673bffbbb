import { onPath, run } from './commands.ts';
import type { Say } from './report.ts';

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
    // Understood by systemd and by System V init: unpack the service, start nothing.
    SYSTEMD_OFFLINE: '1',
    RUNLEVEL: '1',
  };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', name], { env });
  let outcome = await install();
  if (outcome.code !== 0) {
    // The package lists are missing or too old.
    await run('apt-get', ['update'], { env });
    outcome = await install();
  }
  if (outcome.code === 0) return true;
  say(`apt-get could not install ${name}:\n${outcome.output.trim()}`);
  return false;
};
