import { Queue } from 'bullmq';
import type { Keys } from '../keys.ts';
import type { Component } from '../lifecycle/stack.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from '../redis/client.ts';
import { createJobReader, type ReadJob } from './read-job.ts';

/** The BullMQ queues that a process talks to, each opened when first asked for. */
export interface QueueSet extends Component {
  /** The queue of that name in that partition. Names come from the registry, never from a client. */
  get(name: string, partition: number): Queue;
  /** A job as Redis holds it; undefined when there is none of that id. */
  readonly read: ReadJob;
  /** The connection of the queues, and the names of their keys: for scripts of ours. */
  readonly redis: RedisClient;
  readonly keys: Keys;
}

export const createQueueSet = (options: { redis: RedisClient; keys: Keys; log: Log }): QueueSet => {
  const open = new Map<string, Queue>();

  const connect = (name: string, partition: number): Queue => {
    const queue = new Queue(name, {
      connection: options.redis,
      prefix: options.keys.partition(partition),
      // Looking at a queue must not write to it.
      skipMetasUpdate: true,
      // Otherwise a command issued while Redis is away would wait for it instead of failing fast.
      skipWaitingForReady: true,
      // The preflight has done it. BullMQ asks once, when a queue is first used: should Redis not answer
      // just then, that queue would fail in this process for ever.
      skipVersionCheck: true,
    });
    // The connection's own listeners report losses; here they would be logged once a queue.
    queue.on('error', (err) => options.log.debug({ queue: name, reason: err.message }, 'queue'));
    return queue;
  };

  const get = (name: string, partition: number): Queue => {
    const key = `${partition}:${name}`;
    const queue = open.get(key) ?? connect(name, partition);
    open.set(key, queue);
    return queue;
  };

  return {
    name: 'queues',
    get,
    read: createJobReader(options.redis, options.keys),
    redis: options.redis,
    keys: options.keys,
    start: async () => undefined,
    stop: async () => {
      await Promise.all([...open.values()].map((queue) => queue.close()));
      open.clear();
    },
  };
};
