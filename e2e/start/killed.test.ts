import { expect, test } from 'vitest';
import { familyOf, untilGone } from './process-table.ts';
import { makeDataDir, startDrover } from './running-start.ts';

// The tests look at Linux's table of processes; what they test is the same elsewhere.
const onLinux = test.skipIf(process.platform !== 'linux');

/** The supervisor, two servers, three apps, and a guard for each of these five. */
const familySize = 11;

onLinux('no process outlives a supervisor that is killed; the next start goes on', async () => {
  await using data = await makeDataDir();
  await using killed = await startDrover({ data });
  const supervisor = (await killed.record()).pid;
  const family = await familyOf(supervisor);
  expect(family.length).toBeGreaterThanOrEqual(familySize);

  process.kill(supervisor, 'SIGKILL');

  expect(await killed.exited).toEqual({ code: 137, signal: null });
  await untilGone(family);
  await using _next = await startDrover({ data });
});

onLinux('when what npm runs is killed, all is stopped in order', async () => {
  await using data = await makeDataDir();
  await using drover = await startDrover({ data });
  const family = await familyOf((await drover.record()).pid);

  drover.signal('SIGKILL');

  await drover.line(({ name, msg }) => name === 'start' && msg === 'stopped');
  await untilGone(family);
});
