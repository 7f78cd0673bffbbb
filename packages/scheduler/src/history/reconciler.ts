import { inRounds } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { runScript, type Script } from '@drover/shared/redis/script';
import { reconcileQueue } from './reconcile.ts';
import type { RecordingParts } from './record.ts';
import { streamsOf } from './streams.ts';

/** How often it is looked whether something is owed, and how often all is looked at anyway; milliseconds. */
const askMs = 5_000;
const everyMs = 3_600_000;

/** One who has not turned a page for this long does not look any more, in milliseconds. */
const leaseMs = 60_000;

/** What stands for a queue that is only looked at because it is time to. */
const dueMark = 'due';

/** Forgets that something is owed, unless it is owed anew. Key: what is owed. Parameters: queue, mark. */
const settleScript: Script = {
  name: 'droverSettleHistory',
  keys: 1,
  lua: `
    if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
    return true
  `,
};

export interface ReconcilerOptions extends RecordingParts {
  readonly partitions: number;
  readonly log: Log;
}

/** Closes the gaps of one partition that are known, one process at a time. */
const closeGaps = async (
  partition: number,
  options: ReconcilerOptions,
  signal: AbortSignal,
): Promise<void> => {
  const { redis, keys, log } = options;
  const owedKey = keys.historyOwed(partition);
  const leaseKey = keys.historySweep(partition);
  const owed = await redis.hgetall(owedKey);
  if (Object.keys(owed).length === 0) return;
  if ((await redis.set(leaseKey, process.pid, 'PX', leaseMs, 'NX')) !== 'OK') return;
  try {
    for (const stream of streamsOf(keys, partition)) {
      const mark = owed[stream.queue];
      if (mark === undefined || signal.aborted) continue;
      const isUrgent = mark !== dueMark;
      const onPage = async () => void (await redis.pexpire(leaseKey, leaseMs));
      const recorded = await reconcileQueue(stream, options, { isUrgent, signal, onPage });
      if (signal.aborted) return;
      await runScript(redis, settleScript, [owedKey], [stream.queue, mark]);
      const report = { queue: stream.queue, partition, recorded };
      if (recorded > 0) log.info(report, 'gaps of the history were closed');
    }
  } finally {
    await redis.del(leaseKey).catch(() => undefined);
  }
};

/**
 * Makes up for what the recorder was not told of: at once where a gap is known, and every hour anyway.
 * Any number of processes may run.
 */
export const historyReconciler = (options: ReconcilerOptions): Component => {
  const { redis, keys, partitions, log } = options;

  /** Makes all queues due, if it is time. */
  const begin = async (partition: number) => {
    const swept = keys.historySwept(partition);
    if ((await redis.set(swept, process.pid, 'PX', everyMs, 'NX')) !== 'OK') return;
    for (const { queue } of streamsOf(keys, partition)) {
      await redis.hsetnx(keys.historyOwed(partition), queue, dueMark);
    }
  };

  return inRounds({
    name: 'history reconciler',
    everyMs: askMs,
    round: async (signal) => {
      for (let partition = 0; partition < partitions && !signal.aborted; partition += 1) {
        await begin(partition);
        await closeGaps(partition, options, signal);
      }
    },
    failed: 'gaps of the history were not closed; trying again',
    log,
  });
};
