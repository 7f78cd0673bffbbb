import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Added, Addition } from '../adding/addition.ts';
import { forgetRun, noteRun, type Run, runName } from './runs.ts';

/**
 * Submits a schedule's job now, whatever its slots and policies say, and notes the run. `addition` has
 * no task of a schedule yet.
 * @param add adds it; its outcome, or what it throws, is returned.
 */
export const triggerSchedule = async (
  queues: QueueSet,
  schedule: string,
  { job, ...rest }: Addition,
  add: (addition: Addition) => Promise<Added>,
): Promise<Added> => {
  const now = Date.now();
  const run: Run = {
    open: true,
    trigger: 'manual',
    slot: now,
    at: now,
    outcome: 'submitted',
    job: job.id,
  };
  const settle = { ...job.data.settle, schedule: { schedule, run: runName(run) } };
  // The run is noted first, so that the end of the job finds it.
  await noteRun(queues, schedule, run);
  try {
    const added = await add({ ...rest, job: { ...job, data: { ...job.data, settle } } });
    if (added.outcome !== 'added') await forgetRun(queues, schedule, run);
    return added;
  } catch (err) {
    await forgetRun(queues, schedule, run).catch(() => undefined);
    throw err;
  }
};
