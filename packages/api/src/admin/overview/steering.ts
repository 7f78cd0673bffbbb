import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import { z } from 'zod';
import type { Admin } from '../shell/admin.ts';
import type { OverviewParts } from './parts.ts';

const known = (name = ''): QueueName => {
  const found = queueNames.find((queue) => queue === name);
  if (found) return found;
  const short = name.slice(0, 100);
  throw new Problem(
    'queue-not-found',
    `There is no queue "${short}".${didYouMean(short, queueNames)}`,
  );
};

const said = { pause: 'is paused', resume: 'runs again' } as const;

/** The buttons that stop a queue and start it again, in all of its partitions. */
export const steeringWrites = (admin: Admin, { queues, partitions }: OverviewParts): void => {
  for (const action of ['pause', 'resume'] as const) {
    admin.write({
      path: `/steer/:name/${action}`,
      section: 'overview',
      action: `queue.${action}`,
      target: ({ params }) => params['name'] ?? null,
      fields: z.strictObject({}),
      run: async ({ params }) => {
        const name = known(params['name']);
        const parts = Array.from({ length: partitions }, (_, n) => queues.get(name, n));
        const wasPaused = (await Promise.all(parts.map((part) => part.isPaused()))).every(Boolean);
        await Promise.all(parts.map((part) => part[action]()));
        return {
          to: '/admin',
          message: `The queue ${name} ${said[action]}.`,
          details: { pausedBefore: wasPaused },
        };
      },
    });
  }
};
