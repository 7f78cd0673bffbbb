import { expect, test } from 'vitest';
import { readJob, runEcho } from './first-job.ts';
import { makeDataDir, startDrover } from './running-start.ts';

test('a finished job can still be read after a stop and another start', async () => {
  await using data = await makeDataDir();
  await using first = await startDrover({ data });
  const path = await runEcho(first.api, 'still here');
  first.signal('SIGTERM');
  expect(await first.exited).toEqual({ code: 0, signal: null });

  await using second = await startDrover({ data });
  expect(await readJob(second.api, path)).toMatchObject({
    status: 'succeeded',
    result: { value: 'still here' },
  });
});
