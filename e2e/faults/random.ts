import { createHash } from 'node:crypto';

/** Chance that a seed decides. Forks do not disturb one another, however often each is asked. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  pick<T>(items: readonly T[]): T | undefined;
  /** One of these, by their weights. */
  weighted<T>(items: readonly (readonly [T, weight: number])[]): T;
  shuffled<T>(items: readonly T[]): T[];
  /** The same name always gives the same fork. */
  fork(name: string): Random;
}

/** Mulberry32 by Tommy Ettinger, public domain: 32 bits of state, good enough to scatter faults. */
const mulberry32 = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const createRandom = (seed: string): Random => {
  const next = mulberry32(createHash('sha256').update(seed).digest().readUInt32BE());
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]) => items[int(0, items.length - 1)] as T;
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick,
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      const found = items.find(([, weight]) => {
        left -= weight;
        return left < 0;
      });
      return (found ?? (items[0] as (typeof items)[number]))[0];
    },
    shuffled: (items) =>
      items
        .map((item) => [next(), item] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, item]) => item),
    fork: (name) => createRandom(`${seed}/${name}`),
  };
};
