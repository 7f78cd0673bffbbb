import { expect, test } from 'vitest';
import { workerProcesses } from './worker-processes.ts';

/** A lock has to run out. */
const timeoutMs = 90_000;

test(
  'an endless loop keeps its worker to itself, and another takes over what that one ran',
  async () => {
    await using workers = await workerProcesses();
    const blocked = await workers.start();
    const beside = await workers.submit('here.hold', 1_000);
    const loop = await workers.submit('here.spin-once');
    await blocked.says('acting');
    const heir = await workers.start();
    for (const id of [beside, loop]) {
      expect(await workers.end(id)).toMatchObject({ place: 'completed', result: { losses: 1 } });
    }
    expect(heir.output()).not.toContain('"level":50');
    expect(blocked.child.exitCode).toBeNull();
  },
  timeoutMs,
);
