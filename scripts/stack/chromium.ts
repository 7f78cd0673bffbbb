import { aptInstall } from './apt.ts';
import { onPath } from './commands.ts';
import type { Say } from './report.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium or Chrome on PATH. */
export const findChromium = async (): Promise<string | undefined> => {
  for (const name of names) {
    const path = await onPath(name);
    if (path) return path;
  }
  return undefined;
};

/**
 * Path of a Chromium or Chrome: from PATH, else installed with apt-get where we are root.
 * @returns undefined when there is none; what that means is said.
 */
export const ensureChromium = async ({
  say = () => undefined,
}: {
  say?: Say;
} = {}): Promise<string | undefined> => {
  const present = await findChromium();
  if (present) return present;
  if (await aptInstall('chromium', say)) {
    const added = await findChromium();
    if (added) return added;
  }
  say('no Chromium on PATH: tests that need a browser are skipped. Install chromium to run them.');
  return undefined;
};
