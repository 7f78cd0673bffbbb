import { setTimeout as sleep } from 'node:timers/promises';
import { runProcess } from '../../packages/shared/src/lifecycle/run-process.ts';

/** A process whose stop takes two seconds, in the midst of which something unrelated fails. */
await runProcess('fixture', async () => () => [
  {
    name: 'slow',
    start: async () => {
      setInterval(() => undefined, 1_000);
    },
    stop: async () => {
      setTimeout(() => void Promise.reject(new Error('stray')), 1_200);
      await sleep(2_000);
    },
  },
]);
