import { aptInstall } from './apt.ts';
import { onPath } from './commands.ts';
import type { Say } from './report.ts';

/** Path of promtool, which comes with Prometheus and checks its rules. */
export const findPromtool = (): Promise<string | undefined> => onPath('promtool');

/**
 * The same, else installed with apt-get where we are root.
 * @returns undefined when there is none; what that means is said.
 */
export const ensurePromtool = async ({
  say = () => undefined,
}: {
  say?: Say;
} = {}): Promise<string | undefined> => {
  const present = await findPromtool();
  if (present) return present;
  if (await aptInstall('prometheus', say)) {
    const added = await findPromtool();
    if (added) return added;
  }
  say(
    'no promtool on PATH: the alert rules are read, and not run. Install prometheus to run them.',
  );
  return undefined;
};
