import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gather } from './gather.ts';

test('those of one turn and the next ask together, and nobody waits for more', async () => {
  let sent = 0;
  const ask = gather(() => {
    sent += 1;
  });
  ask();
  ask();
  await turn();
  ask();
  expect(sent).toBe(0);
  await expect.poll(() => sent).toBe(1);
  ask();
  await expect.poll(() => sent).toBe(2);
});
