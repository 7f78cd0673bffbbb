import { describe, expect, test, vi } from 'vitest';
import { createLanes, PutOff } from './lanes.ts';

const good = { isDown: false };
const bad = { isDown: true };

const lanesFor = (more: Partial<Parameters<typeof createLanes>[0]> = {}) =>
  createLanes({
    isOutage: (outcome) => (outcome as typeof good).isDown,
    pauses: { initialDelay: 1_000, maxDelay: 8_000 },
    ...more,
  });

const answering = async (outcome: typeof good) => outcome;
const refused = (run: Promise<unknown>) => run.then(() => undefined).catch((err: unknown) => err);

describe('an endpoint that is down', () => {
  test('is left alone after five failures in a row, and another is not', async () => {
    const lanes = lanesFor();
    for (let n = 0; n < 5; n += 1) {
      expect(await lanes.run('dead', () => answering(bad))).toBe(bad);
    }
    const asked = vi.fn(() => answering(good));
    expect(await refused(lanes.run('dead', asked))).toBeInstanceOf(PutOff);
    expect(asked).not.toHaveBeenCalled();
    expect(await lanes.run('other', asked)).toBe(good);
  });

  test('is not held down by failures that are not its own', async () => {
    const lanes = lanesFor();
    const cancelled = () => Promise.reject(new Error('canceled'));
    for (let n = 0; n < 20; n += 1) await refused(lanes.run('well', cancelled));
    expect(await lanes.run('well', () => answering(good))).toBe(good);
  });

  test('is probed by one delivery, and asked by all when that has come through', async () => {
    vi.useFakeTimers();
    try {
      const lanes = lanesFor();
      for (let n = 0; n < 5; n += 1) await lanes.run('dead', () => answering(bad));
      vi.advanceTimersByTime(1_001);
      const probe = Promise.withResolvers<typeof good>();
      const probing = lanes.run('dead', () => probe.promise);
      expect(await refused(lanes.run('dead', () => answering(good)))).toBeInstanceOf(PutOff);
      probe.resolve(good);
      await probing;
      expect(await lanes.run('dead', () => answering(good))).toBe(good);
    } finally {
      vi.useRealTimers();
    }
  });

  test('those who are put off come back later each time, and not together', async () => {
    vi.useFakeTimers();
    try {
      const lanes = lanesFor();
      for (let n = 0; n < 5; n += 1) await lanes.run('dead', () => answering(bad));
      const delays: number[][] = [];
      for (const pause of [1_000, 2_000, 4_000, 8_000, 8_000]) {
        const putOff = await Promise.all(
          Array.from({ length: 20 }, () => refused(lanes.run('dead', () => answering(bad)))),
        );
        delays.push(putOff.map((err) => (err as PutOff).delayMs / pause));
        vi.advanceTimersByTime(pause * 2);
        await lanes.run('dead', () => answering(bad));
      }
      for (const round of delays) {
        expect(Math.min(...round)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...round)).toBeLessThanOrEqual(2);
        expect(new Set(round).size).toBeGreaterThan(1);
      }
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an endpoint that is slow', () => {
  test('has ten deliveries under way at most, and others are put off one behind another', async () => {
    const lanes = lanesFor();
    const answer = Promise.withResolvers<typeof good>();
    const running = Array.from({ length: 10 }, () => lanes.run('slow', () => answer.promise));
    const putOff: PutOff[] = [];
    for (let n = 0; n < 50; n += 1) {
      putOff.push((await refused(lanes.run('slow', () => answer.promise))) as PutOff);
    }
    expect(putOff.every((err) => err instanceof PutOff)).toBe(true);
    const delays = putOff.map(({ delayMs }) => delayMs);
    expect(delays.at(-1)).toBeGreaterThan(delays[0] ?? 0);
    expect(await lanes.run('other', () => answering(good))).toBe(good);
    answer.resolve(good);
    await Promise.all(running);
    expect(await lanes.run('slow', () => answering(good))).toBe(good);
  });
});
