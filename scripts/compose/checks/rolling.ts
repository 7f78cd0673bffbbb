import { setTimeout as sleep } from 'node:timers/promises';
import { withLoad } from '../load/with-load.ts';
import type { Check } from './check.ts';

/** nginx tries a replica that was away again after this long (`fail_timeout`), with time to spare. */
const takenBackMs = 8_000;

/**
 * Restarts every process of ours, one after the other, under load, as an upgrade does; nginx reads its
 * configuration anew, for there is but one. No client may notice.
 */
export const rolling: Check = {
  name: 'rolling',
  run: ({ stack, rate, say }) =>
    withLoad({ name: 'rolling restart', url: stack.url, rate }, async () => {
      for (const service of ['scheduler', 'worker', 'api'] as const) {
        for (const { name } of await stack.containers(service)) {
          say(`restarting ${name} under load`);
          await stack.restart(name);
          if (service === 'api') await sleep(takenBackMs);
        }
      }
      say('nginx reads its configuration anew under load');
      await stack.compose('kill', '--signal', 'HUP', 'nginx');
      await sleep(3_000);
      return [];
    }),
};
