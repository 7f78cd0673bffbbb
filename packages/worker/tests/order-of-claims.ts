import type { RunningWorker } from './running-worker.ts';

/** An entry of BullMQ's stream of events, in the order in which Redis did it. */
interface QueueEvent {
  readonly event: string;
  readonly jobId?: string;
  readonly prev?: string;
}

/** What has happened in the worker's queue, from its first job on. */
export const readHistory = async ({ redis, queues }: RunningWorker): Promise<QueueEvent[]> => {
  const entries = await redis.xrange(queues.keys.inQueue('demo', 0, 'events'), '-', '+');
  return entries.map(([, fields]) => {
    const pairs = fields.flatMap((name, n) => (n % 2 ? [] : [[name, fields[n + 1]]]));
    return Object.fromEntries(pairs) as QueueEvent;
  });
};

interface Waiting {
  readonly id: string;
  readonly priority: number;
  /** Was put back: before all others of its priority, and among these by its age. */
  readonly isFirst: boolean;
  /** How many came to wait before. */
  readonly arrival: number;
}

const ahead = (one: Waiting, other: Waiting): number => {
  if (one.priority !== other.priority) return one.priority - other.priority;
  if (one.isFirst !== other.isFirst) return one.isFirst ? -1 : 1;
  return one.isFirst ? one.id.localeCompare(other.id) : one.arrival - other.arrival;
};

/**
 * Replays a history against the promise: every job that is claimed is the first of those that wait, and
 * none is claimed while the queue is paused.
 * @returns the ids in the order of their claims, and every breach of the promise.
 */
export const replay = (history: readonly QueueEvent[], priorityOf: (id: string) => number) => {
  const waiting = new Map<string, Waiting>();
  const claims: string[] = [];
  const breaches: string[] = [];
  let isPaused = false;
  for (const [arrival, { event, jobId: id = '', prev }] of history.entries()) {
    if (event === 'paused' || event === 'resumed') isPaused = event === 'paused';
    if (event === 'waiting') {
      const isFirst = prev === 'active';
      waiting.set(id, { id, priority: priorityOf(id), isFirst, arrival });
    }
    if (event === 'active') {
      const [first] = [...waiting.values()].toSorted(ahead);
      if (first?.id !== id) breaches.push(`${id} was claimed before ${first?.id}`);
      if (isPaused) breaches.push(`${id} was claimed while the queue was paused`);
      waiting.delete(id);
      claims.push(id);
    }
  }
  return { claims, breaches };
};
