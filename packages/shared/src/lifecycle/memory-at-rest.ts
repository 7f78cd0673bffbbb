import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collectGarbage } from './collect-garbage.ts';
import type { Component } from './stack.ts';

/** From one look at the process to the next, in milliseconds. */
const everyMs = 5_000;

/** The share of its time that a process at rest may be at work. */
const restingShare = 0.05;

/** How many times the heap must have grown since it was last collected at rest. */
const worthwhileGrowth = 1.25;

/** What is seen of a process since the last look. */
export interface Sight {
  /** Share of the time that the event loop was at work: 0 to 1. */
  readonly busy: number;
  /** What V8 holds for its heap, in bytes, whether in use or not. */
  readonly heapBytes: number;
}

/**
 * Collects when the process is at rest and holds more than it did after the last time: once after its
 * start, and once after a burst of work.
 * @returns takes each sight.
 */
export const collectAtRest = (collect: () => void): ((sight: Sight) => void) => {
  let leastBytes = 0;
  return ({ busy, heapBytes }) => {
    const hasGrown = heapBytes > leastBytes * worthwhileGrowth;
    leastBytes = Math.min(leastBytes, heapBytes);
    if (!hasGrown || busy > restingShare) return;
    collect();
    leastBytes = Number.POSITIVE_INFINITY;
  };
};

/**
 * Gives memory back to the system while the process has nothing to do. V8 collects when it needs room,
 * so without this an idle process keeps for good what its start or a burst of work left behind: a
 * quarter of its memory.
 */
export const memoryAtRest = (): Component => {
  const see = collectAtRest(collectGarbage);
  let timer: NodeJS.Timeout | undefined;
  let before = performance.eventLoopUtilization();

  const look = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    see({ busy: utilization, heapBytes: getHeapStatistics().total_heap_size });
  };

  return {
    name: 'memory at rest',
    start: async () => {
      before = performance.eventLoopUtilization();
      timer = setInterval(look, everyMs).unref();
    },
    stop: async () => clearInterval(timer),
  };
};
