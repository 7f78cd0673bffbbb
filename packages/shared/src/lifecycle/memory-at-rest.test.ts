import { expect, test } from 'vitest';
import { collectAtRest, type Sight } from './memory-at-rest.ts';

/** @returns after which of the sights there was a collection. */
const collections = (sights: readonly Sight[]): readonly number[] => {
  const after: number[] = [];
  let index = 0;
  const see = collectAtRest(() => after.push(index));
  for (const sight of sights) {
    see(sight);
    index += 1;
  }
  return after;
};

const resting = (heapBytes: number): Sight => ({ busy: 0.01, heapBytes });
const working = (heapBytes: number): Sight => ({ busy: 0.6, heapBytes });

test('collects once after the start, when the work of it is over', () => {
  expect(collections([working(70), resting(70), resting(52), resting(44), resting(44)])).toEqual([
    1,
  ]);
});

test('collects again after a burst of work', () => {
  const sights = [resting(70), resting(44), working(90), working(95), resting(90), resting(45)];
  expect(collections(sights)).toEqual([0, 4]);
});

test('leaves alone a heap that has hardly grown, and one that is in use', () => {
  expect(collections([resting(70), resting(44), resting(54), resting(50)])).toEqual([0]);
  expect(collections([resting(70), resting(44), working(90), working(120)])).toEqual([0]);
});

test('measures growth from the least that was held since', () => {
  expect(collections([resting(70), resting(60), resting(40), resting(55)])).toEqual([0, 3]);
});

test('a heap that stays large is not collected over and over', () => {
  expect(collections([resting(70), resting(70), resting(70), resting(70)])).toEqual([0]);
});
