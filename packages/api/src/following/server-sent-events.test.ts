import { expect, test } from 'vitest';
import { createBell, serverSentEvents, type Telling } from './server-sent-events.ts';

/** What a stream says, event by event, until it is over. */
const saidBy = async (telling: Telling, silenceMs?: number): Promise<readonly string[]> =>
  Array.fromAsync(serverSentEvents(telling, silenceMs));

test('a stream that nothing happens on says again and again that it is alive', async () => {
  const bell = createBell();
  let looks = 0;
  const said = await saidBy(
    {
      wait: async (ms) => {
        looks += 1;
        await bell.wait(ms);
      },
      events: () => [],
      isOver: () => looks >= 12,
    },
    5,
  );
  expect(said[0]).toMatch(/^retry: \d+\n\n$/);
  const heartbeats = said.slice(1);
  expect(heartbeats.length).toBeGreaterThan(1);
  expect(new Set(heartbeats)).toEqual(new Set([': heartbeat\n\n']));
});

test('a stream that speaks has no heartbeats between', async () => {
  const left = ['event: status\n\n', 'event: log\n\n', 'event: status\n\n'];
  const said = await saidBy({
    wait: async () => undefined,
    events: () => left.splice(0, 1),
    isOver: () => left.length === 0,
  });
  expect(said.slice(1)).toEqual(['event: status\n\n', 'event: log\n\n', 'event: status\n\n']);
});

test('a heartbeat is due once nothing was said for as long, however often it was looked', async () => {
  const waits: number[] = [];
  await saidBy(
    {
      wait: async (ms) => void waits.push(ms),
      events: () => [],
      isOver: () => waits.length === 3,
    },
    60_000,
  );
  expect(waits).toHaveLength(3);
  expect(waits.every((ms) => ms > 0 && ms <= 60_000)).toBe(true);
  expect(waits.toSorted((a, b) => b - a)).toEqual(waits);
});
