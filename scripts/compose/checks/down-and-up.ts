import { send } from '../../../e2e/faults/client/http.ts';
import { readJobs } from '../../../e2e/faults/evidence/api-jobs.ts';
import { unbroken } from '../findings.ts';
import type { Check } from './check.ts';

const jobs = 200;

const submitOne = async (url: string, value: number): Promise<string> => {
  const answer = await send('POST', `${url}/jobs`, {
    body: { type: 'demo.echo', payload: { value }, options: { delay: value % 2 ? '1h' : 0 } },
  });
  if (answer?.status !== 202) throw new Error(`a submission was answered ${answer?.status}`);
  return (answer.body as { id: string }).id;
};

/** Takes the whole stack away, but for its volumes, and brings it back. */
export const downAndUp: Check = {
  name: 'down',
  run: async ({ stack, say }) => {
    const ids = await Promise.all(
      Array.from({ length: jobs }, (_, value) => submitOne(stack.url, value)),
    );
    say('docker compose down');
    await stack.compose('down');
    say('docker compose up --wait');
    const startedAt = performance.now();
    await stack.compose('up', '--wait');
    const seconds = (performance.now() - startedAt) / 1_000;
    const shown = await readJobs(stack.url, ids);
    const breaches = ids.flatMap((id, value) => {
      const job = shown.get(id);
      if (!job) return [`${id} is missing`];
      return value % 2 && job.status !== 'scheduled' ? [`${id} is ${job.status}`] : [];
    });
    return [
      unbroken('down and up keeps all jobs', breaches, `${jobs} jobs`),
      {
        promise: 'up --wait from built images in 30 s at most',
        isMet: seconds <= 30,
        seen: `${seconds.toFixed(1)} s`,
      },
    ];
  },
};
