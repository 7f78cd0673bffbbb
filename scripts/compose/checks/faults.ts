import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../findings.ts';
import type { Outage } from '../load/outages.ts';
import { withLoad } from '../load/with-load.ts';
import type { Check } from './check.ts';

/** Between one fault and the next, in milliseconds. */
const pauseMs = 5_000;

/** Kills one process of each role, Redis and Postgres, in turn, under load. */
export const faults: Check = {
  name: 'faults',
  run: ({ stack, rate, say }): Promise<Finding[]> =>
    withLoad({ name: 'faults', url: stack.url, rate }, async (ledger) => {
      const outages: Outage[] = [];
      for (const service of ['api', 'worker', 'scheduler', 'redis', 'postgres'] as const) {
        await sleep(pauseMs);
        const [container] = await stack.containers(service);
        if (!container) throw new Error(`there is no ${service}`);
        say(`killing ${container.name} under load`);
        ledger.append({ what: 'fault', fault: 'SIGKILL', target: container.name });
        const from = Date.now();
        await stack.crash(container.name);
        const to = Date.now();
        say(`${container.name} was healthy again after ${((to - from) / 1_000).toFixed(1)} s`);
        if (service === 'redis' || service === 'api') outages.push({ kind: service, from, to });
      }
      await sleep(pauseMs);
      return outages;
    }),
};
