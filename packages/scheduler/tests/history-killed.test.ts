import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject, test } from 'vitest';
import { endJob, openHistory, queue } from './history-fixtures.ts';

const root = resolve(import.meta.dirname, '../../..');
const count = 1_200;

test('a recorder that is killed in the midst of a batch leaves what another one completes', async () => {
  await using them = await openHistory();
  const ids = await Promise.all(Array.from({ length: count }, () => them.submit()));
  await Promise.all(ids.filter((_, n) => n % 3 === 0).map((id) => endJob(them, id)));

  const program = 'packages/scheduler/tests/history-recorder-process.ts';
  const killed = spawn(
    process.execPath,
    [program, them.prefix, inject('redisUrl'), them.database.url],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(killed, 'exit');
  // It says that it has sent a statement: it dies before, while or after this one is committed.
  const [line] = await once(createInterface(killed.stdout), 'line');
  expect(line).toBe('writing');
  killed.kill('SIGKILL');
  await ended;

  const events = them.keys.inQueue(queue, 0, 'events');
  const pending = (await them.redis.xpending(events, 'history', '-', '+', 10_000)) as [
    id: string,
    consumer: string,
  ][];
  expect(pending.length).toBeGreaterThan(0);
  // As if a minute had gone by.
  const given = pending.map(([id]) => id);
  await them.redis.call(
    ...(['XCLAIM', events, 'history', pending[0]?.[1] ?? '', 0, ...given, 'IDLE', 90_000] as const),
  );

  const other = them.recorder();
  await other.catchUp();
  // What is taken over at once is no more than is read at once.
  for (let left = 1; left > 0; ) {
    await other.tend();
    [left] = (await them.redis.xpending(events, 'history')) as [number];
  }
  const rows = await them.rows();
  expect(rows.map(({ id }) => id)).toEqual(ids.toSorted());
  const ends = new Set(ids.filter((_, n) => n % 3 === 0));
  expect(rows.every(({ id, status }) => status === (ends.has(id) ? 'succeeded' : 'queued'))).toBe(
    true,
  );
}, 60_000);
