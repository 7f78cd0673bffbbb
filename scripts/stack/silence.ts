import { setTimeout as sleep } from 'node:timers/promises';
import type { Guarded } from './guarded.ts';
import { ask, untilReady } from './readiness.ts';
import type { Report } from './report.ts';

const askEveryMs = 5_000;
/** Unanswered questions in a row after which a process is given up: half a minute or more. */
const givenUpAfter = 6;

/**
 * Kills a process that was well and does not answer any more: its event loop is blocked for good, as by a
 * handler that never ends, and what it ran is long another's. Whoever keeps it running starts it anew.
 */
export const killWhenSilent = async (
  { name, exited, kill }: Guarded,
  url: string,
  report: Report,
): Promise<void> => {
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  // A start may take its time.
  await untilReady(url, gone);
  let unanswered = 0;
  while (!gone.signal.aborted) {
    await sleep(askEveryMs, undefined, { signal: gone.signal }).catch(() => undefined);
    unanswered = (await ask(url)) ? 0 : unanswered + 1;
    if (unanswered === givenUpAfter && !gone.signal.aborted) {
      report.warn(`${name} does not answer any more; killing it`, { process: name });
      return kill();
    }
  }
};
