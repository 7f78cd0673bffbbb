import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import { recorderGroup } from '@drover/jobs/history/recorded';
import type { Keys } from '@drover/shared/keys';

/** The group that all recorders of a Drover read as. */
export const group = recorderGroup;

/** What BullMQ writes of a queue's jobs in one partition: the source of their history. */
export interface EventStream {
  readonly queue: QueueName;
  readonly partition: number;
  readonly key: string;
}

/** The streams of the queues that hold jobs of tenants, in one partition. */
export const streamsOf = (keys: Keys, partition: number): readonly EventStream[] =>
  queueNames.map((queue) => ({
    queue,
    partition,
    key: keys.inQueue(queue, partition, 'events'),
  }));
