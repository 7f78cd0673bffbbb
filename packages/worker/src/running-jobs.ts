import type { WorkerStatus } from '@drover/jobs/contract/operations';
import type { Attempt } from './execution/attempt.ts';

type RunningJob = WorkerStatus['running'][number];

/** The attempts that this process makes now: as many as its queues run at once, at most. */
export interface RunningJobs {
  /** The attempt at the job of that id. */
  get(id: string): Attempt | undefined;
  add(attempt: Attempt): void;
  delete(attempt: Attempt): void;
  some(test: (attempt: Attempt) => boolean): boolean;
  /** Those of one queue in one partition. */
  in(queue: string, partition: number): Attempt[];
  readonly all: Iterable<Attempt>;
  /** What operators see of them. Those that have run longest come first. */
  list(): RunningJob[];
}

const describe = ({ id, job, number, startedAt }: Attempt): RunningJob => ({
  id,
  type: job.name,
  attempt: number,
  startedAt: new Date(startedAt).toISOString(),
});

export const createRunningJobs = (): RunningJobs => {
  const running = new Map<string, Attempt>();
  return {
    get: (id) => running.get(id),
    add: (attempt) => {
      running.set(attempt.id, attempt);
    },
    delete: ({ id }) => {
      running.delete(id);
    },
    some: (test) => running.values().some(test),
    in: (queue, partition) =>
      [...running.values()].filter(
        ({ address }) => address.queue === queue && address.partition === partition,
      ),
    get all() {
      return running.values();
    },
    list: () => [...running.values()].map(describe),
  };
};
