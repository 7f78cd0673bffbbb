import { send } from '../../../e2e/faults/client/http.ts';
import type { Check } from './check.ts';

/** How long the job takes, in milliseconds: progress must come well before its end. */
const jobMs = 3_000;

/** Follows a job's events through nginx, which must hand them on as they come. */
export const eventStream: Check = {
  name: 'events',
  run: async ({ stack }) => {
    const body = { type: 'demo.sleep', payload: { ms: jobMs, steps: 6 } };
    const answer = await send('POST', `${stack.url}/jobs`, { body });
    if (answer?.status !== 202) throw new Error(`the submission was answered ${answer?.status}`);
    const { id } = answer.body as { id: string };
    const response = await fetch(`${stack.url}/jobs/${id}/events`, {
      headers: { authorization: 'Bearer dev' },
    });
    const arrivals: number[] = [];
    for await (const _ of response.body ?? []) arrivals.push(performance.now());
    const spanMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
    return [
      {
        promise: 'events come through nginx as they happen',
        isMet: arrivals.length > 2 && spanMs > jobMs / 3,
        seen: `${arrivals.length} pieces over ${Math.round(spanMs)} ms`,
      },
    ];
  },
};
