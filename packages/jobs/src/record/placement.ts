import { createHash } from 'node:crypto';

/**
 * The partition of a new job: one by chance, or always the same for the same key while the number of
 * partitions does not change. Then, only as many keys move as must (jump consistent hash).
 * @see Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", 2014.
 */
export const partitionOf = (partitions: number, key?: string): number => {
  if (partitions === 1) return 0;
  if (key === undefined) return Math.floor(Math.random() * partitions);
  let seed = createHash('sha256').update(key).digest().readBigUInt64BE();
  let chosen = -1;
  let next = 0;
  while (next < partitions) {
    chosen = next;
    seed = BigInt.asUintN(64, seed * 2862933555777941757n + 1n);
    next = Math.floor((chosen + 1) * (2 ** 31 / (Number(seed >> 33n) + 1)));
  }
  return chosen;
};
