import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { createSweep, type SweepOptions } from './sweep.ts';

/** Time between two sweeps over all processes, and how often each asks for its turn; milliseconds. */
const everyMs = 600_000;
const askMs = 60_000;

/**
 * Removes the files of jobs that are gone, every ten minutes. Any number of processes may run: the one
 * that asks first when a sweep is due does it. A sweep that fails is logged, and the next one goes on.
 */
export const artifactJanitor = (options: SweepOptions & { log: Log }): Component => {
  const { redis, keys, log } = options;
  const sweep = createSweep(options);
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const isOurTurn = async () =>
    (await redis.set(keys.artifactSweep, process.pid, 'PX', everyMs, 'NX')) === 'OK';

  const round = async () => {
    try {
      if (!(await isOurTurn())) return;
      const report = await sweep(stopping.signal);
      log[report.removed > 0 ? 'info' : 'debug'](report, 'artifacts of jobs that are gone');
    } catch (err) {
      log.warn({ reason: toError(err).message }, 'artifacts were not swept; trying again');
    }
  };

  const begin = () => {
    running = running.then(round);
  };

  return {
    name: 'artifact janitor',
    start: async () => {
      begin();
      timer = setInterval(begin, askMs);
    },
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
};
