import type { QueueStatus } from '@drover/jobs/contract/operations';
import { countDeadLetters } from '@drover/jobs/dead-letters/groups';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import { queueNames } from '@drover/jobs/definition/queues';
import { readFigures } from '@drover/jobs/operations/queue-figures';
import { type ConfiguredPlaces, readQueueStatuses } from '@drover/jobs/operations/queue-status';
import { listWorkers } from '@drover/jobs/operations/worker-record';
import { schedulePartition, scheduleQueue } from '@drover/jobs/schedules/place';
import { settleQueue } from '@drover/jobs/settling/settle-job';
import { describeDuration } from '@drover/shared/duration';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { counted, type Finding, fail, ok, problemsOr, runbook, warn } from './findings.ts';

/** A job that has been due for longer is late, as in the alert; milliseconds. */
const lateMs = 300_000;
/** Drover's own jobs take a moment; milliseconds. */
const ownLateMs = 60_000;

/** How long, in whole seconds. */
const ago = (ms: number): string =>
  describeDuration(Math.max(1_000, Math.round(ms / 1_000) * 1_000));

/** Whether all that may run at once does. */
const isFull = ({ counts, settings }: QueueStatus): boolean => {
  const most = settings.globalConcurrency.effective;
  return most !== null && counts.running >= most;
};

const lateFinding = (queue: QueueStatus, oldestMs: number): Finding => {
  const text = `${queue.name}: the oldest of ${counted(queue.counts.queued, 'waiting job')} has been due for ${ago(oldestMs)}`;
  const see = runbook('DroverQueueAge');
  if (isFull(queue)) {
    const advice = `Its limit over all workers (${queue.settings.globalConcurrency.effective}) is used up: raise it, or wait.`;
    return warn(text, { advice, see });
  }
  if (queue.counts.running > 0 || queue.settings.rateLimit.effective !== null) {
    const advice = 'Start more workers, or raise its concurrency or its rate limit.';
    return warn(text, { advice, see });
  }
  const advice = 'Workers are there and take none: look at their logs and /live, restart them.';
  return fail(`${text}, and none runs`, { advice, see });
};

const problemOf = (queue: QueueStatus, isTaken: boolean): Finding | undefined => {
  const { name, paused, counts, oldestQueuedMs } = queue;
  const waiting = counted(counts.queued, 'waiting job');
  if (paused) {
    const advice = `If nobody knows why: drover queues resume ${name}`;
    return warn(`${name} is paused, with ${waiting}`, {
      advice,
      see: runbook('DroverQueuePaused'),
    });
  }
  if (counts.queued > 0 && !isTaken) {
    const advice = 'Start a worker.';
    return fail(`${name} has ${waiting}, and no worker takes them`, {
      advice,
      see: runbook('DroverNoWorkers'),
    });
  }
  const oldest = oldestQueuedMs ?? 0;
  return oldest > lateMs ? lateFinding(queue, oldest) : undefined;
};

/** Whether the queues get on. */
export const lookAtQueues = async (places: ConfiguredPlaces): Promise<readonly Finding[]> => {
  const [statuses, workers] = await Promise.all([readQueueStatuses(places), listWorkers(places)]);
  const taken = new Set(
    workers
      .filter(({ state }) => state === 'running')
      .flatMap(({ queues }) => queues.map(({ name }) => name)),
  );
  const sum = (state: 'queued' | 'running') =>
    statuses.reduce((total, { counts }) => total + counts[state], 0);
  return problemsOr(
    statuses.flatMap((status) => problemOf(status, taken.has(status.name)) ?? []),
    `${sum('queued')} jobs wait and ${sum('running')} run; none is late, no queue is paused`,
  );
};

/** Below this nobody needs to be told; jobs a minute. */
const fewFailures = 1;
const failingShare = 0.1;

/** Whether many jobs fail for good. */
export const lookAtFailures = async (places: ConfiguredPlaces): Promise<readonly Finding[]> => {
  const statuses = await readQueueStatuses(places);
  const failing = statuses.filter(({ rates: { failedPerMinute, succeededPerMinute } }) => {
    const share = failedPerMinute / (failedPerMinute + succeededPerMinute || 1);
    return failedPerMinute >= fewFailures && share > failingShare;
  });
  return problemsOr(
    failing.map(({ name, rates }) =>
      warn(
        `${name}: ${rates.failedPerMinute} jobs a minute fail, ${rates.succeededPerMinute} succeed`,
        {
          advice: 'See why: drover dead-letters groups',
          see: runbook('DroverJobsFailing'),
        },
      ),
    ),
    'few jobs or none fail, over the last five minutes',
  );
};

/** The queues of Drover's own work, and where they are. */
const ownPlaces = (partitions: number) => [
  ...Array.from({ length: partitions }, (_, partition) => ({ queue: settleQueue, partition })),
  { queue: scheduleQueue, partition: schedulePartition },
];

/** Whether workflows, webhooks and schedules get on. */
export const lookAtOwnQueues = async (places: ConfiguredPlaces): Promise<readonly Finding[]> => {
  const now = Date.now();
  const figures = await Promise.all(
    ownPlaces(places.partitions).map(async ({ queue, partition }) => ({
      queue,
      ...(await readFigures(places, queue, partition, now)),
    })),
  );
  const late = figures.filter(({ oldestDueAt }) => now - (oldestDueAt ?? now) > ownLateMs);
  return problemsOr(
    late.map(({ queue, waiting, oldestDueAt = now }) =>
      fail(`${queue}: ${waiting} wait, the oldest for ${ago(now - oldestDueAt)}`, {
        advice: 'Every worker takes these first: is one running, and what does its log say?',
        see: runbook('DroverNoWorkers'),
      }),
    ),
    'follow-ups and schedules are dealt with at once',
  );
};

/** Dead letters of this time are new; milliseconds. */
const recentMs = 3_600_000;
const fullShare = 0.9;

/** Which jobs have failed for good, lately. */
export const lookAtDeadLetters = async (
  queues: QueueSet,
  { partitions, max }: { partitions: number; max: number },
): Promise<readonly Finding[]> => {
  const letters = deadLettersOf(queues, partitions);
  const since = Date.now() - recentMs;
  const counts = await Promise.all(
    queueNames.map(async (queue) => ({
      queue,
      all: await countDeadLetters(letters, { tenant: null, queue }),
      recent: await countDeadLetters(letters, { tenant: null, queue, since }),
    })),
  );
  const see = runbook('DroverDeadLettersGrowing');
  const problems = counts.flatMap(({ queue, all, recent }): Finding[] => {
    if (all > max * fullShare) {
      const advice = 'Redrive or delete them: beyond DEAD_LETTERS_MAX the oldest go.';
      return [fail(`${queue}: ${all} dead letters, of ${max} at most`, { advice, see })];
    }
    if (recent === 0) return [];
    const advice = 'See why (drover dead-letters groups), mend it, redrive them.';
    return [warn(`${queue}: ${all} dead letters, ${recent} of the last hour`, { advice, see })];
  });
  const total = counts.reduce((sum, { all }) => sum + all, 0);
  return problems.length > 0 ? problems : [ok(`${total}, none of the last hour`)];
};
