import { type Config, ConfigError } from '@drover/shared/config';
import type { QueueRate } from '@drover/shared/config/queue-limits';
import { didYouMean } from '@drover/shared/nearest';
import { type QueueName, queueNames, queues } from '../definition/queues.ts';

/** What bounds the work of a queue; null is no limit. */
export interface QueueLimits {
  /** Jobs that one worker process runs at once. */
  readonly concurrency: number;
  /** Jobs that all worker processes together run at once. */
  readonly globalConcurrency: number | null;
  /** Jobs that all worker processes together start in a window of time. */
  readonly rateLimit: QueueRate | null;
}

export type LimitsByQueue = Readonly<Record<QueueName, QueueLimits>>;

/** What of the configuration bounds queues. */
export type LimitsConfig = Pick<Config, 'concurrency' | 'globalConcurrency' | 'queueLimits'> & {
  readonly redis: Pick<Config['redis'], 'partitions'>;
};

/**
 * Limits of all workers are divided among the partitions, and a partition without a share would never
 * start a job.
 */
export const sharesOut = (total: number, partitions: number): boolean => total >= partitions;

const unknownQueues = (variable: string, byQueue: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(byQueue)
    .filter((name) => !Object.hasOwn(queues, name))
    .map(
      (name) =>
        `${variable} names the queue "${name}", which there is not.${didYouMean(name, queueNames)}`,
    );

const tooFew = (
  variable: string,
  byQueue: Readonly<Record<string, number>>,
  partitions: number,
): string[] =>
  Object.entries(byQueue)
    .filter(([, total]) => !sharesOut(total, partitions))
    .map(
      ([name, total]) =>
        `${variable} gives the queue "${name}" ${total}; with ${partitions} partitions, ${partitions} is the least.`,
    );

const problemsOf = ({ concurrency, globalConcurrency, queueLimits, redis }: LimitsConfig) => {
  const rates = Object.entries(queueLimits).map(([name, { max }]) => [name, max] as const);
  return [
    ...unknownQueues('CONCURRENCY', concurrency),
    ...unknownQueues('GLOBAL_CONCURRENCY', globalConcurrency),
    ...unknownQueues('QUEUE_LIMITS', queueLimits),
    ...tooFew('GLOBAL_CONCURRENCY', globalConcurrency, redis.partitions),
    ...tooFew('QUEUE_LIMITS', Object.fromEntries(rates), redis.partitions),
  ];
};

/**
 * The limits of every queue by configuration.
 * @throws ConfigError when it names a queue that there is not, or a limit that cannot be divided.
 */
export const configuredLimits = (config: LimitsConfig): LimitsByQueue => {
  const problems = problemsOf(config);
  if (problems.length > 0) throw new ConfigError(problems);
  const limitsOf = (queue: QueueName): QueueLimits => ({
    concurrency: config.concurrency[queue] ?? queues[queue].concurrency,
    globalConcurrency: config.globalConcurrency[queue] ?? null,
    rateLimit: config.queueLimits[queue] ?? null,
  });
  return Object.fromEntries(queueNames.map((queue) => [queue, limitsOf(queue)])) as LimitsByQueue;
};
