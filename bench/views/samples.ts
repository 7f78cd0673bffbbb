import { percentile } from '../percentiles.ts';

/** Times of one thing done again and again, in milliseconds. */
export interface Samples {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

export const summarize = (times: readonly number[]): Samples => {
  const sorted = times.toSorted((one, other) => one - other);
  return { count: sorted.length, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
};

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
};

/** Does something that many times, one after the other; the first time does not count. */
export const repeat = async (count: number, act: () => Promise<unknown>): Promise<Samples> => {
  await act();
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) times.push(await timed(act));
  return summarize(times);
};

/** Does something again and again for as long as another thing takes. */
export const repeatDuring = async (
  act: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<Samples> => {
  const times: number[] = [];
  let isOver = false;
  const repeating = (async () => {
    while (!isOver) times.push(await timed(act));
  })();
  await other().finally(() => {
    isOver = true;
  });
  await repeating;
  return summarize(times);
};
