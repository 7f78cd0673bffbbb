import { expect, test } from 'vitest';
import { makeDataDir, startDrover } from './running-start.ts';

test('Ctrl-C stops the api, then the scheduler, then the worker, and exits 0', async () => {
  await using data = await makeDataDir();
  await using drover = await startDrover({ data });
  const { processes } = await drover.record();
  const names = processes.map(({ name }) => name).sort();
  expect(names).toEqual(['api', 'postgres', 'redis', 'scheduler', 'worker']);

  drover.signal('SIGINT');

  expect(await drover.exited).toEqual({ code: 0, signal: null });
  const entries = drover.lines.map((line) => JSON.parse(line));
  const messages = entries.map(({ name, msg }) => `${name} ${msg}`);
  expect(messages.filter((message) => /^\w+ (stopping|stopped)/.test(message))).toEqual([
    'start stopping: SIGINT',
    'api stopping',
    'api stopped',
    'scheduler stopping',
    'scheduler stopped',
    'worker stopping',
    'worker stopped',
    'start stopped',
  ]);
});
