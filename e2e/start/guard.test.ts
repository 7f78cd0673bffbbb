import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { guardScript } from '../../scripts/stack/guarded.ts';

const graceSeconds = 1;
const peersWaitSeconds = 10;

/** A program that says that it runs, then does as told when SIGTERM comes. */
const program = (onTerm: string) =>
  `process.on('SIGTERM', () => { ${onTerm} }); console.log('running'); setInterval(() => {}, 1e6);`;

/** Runs a program under the guard; ending `pipe` is what the end of a supervisor does. */
const runGuarded = async (script: string) => {
  const child = spawn(
    '/bin/sh',
    [
      guardScript,
      'TERM',
      String(graceSeconds),
      String(peersWaitSeconds),
      process.execPath,
      '-e',
      script,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  );
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  await once(createInterface({ input: child.stdout }), 'line');
  return { pipe: child.stdin, exited };
};

test('the end of the pipe stops the program, whose exit code is passed on', async () => {
  const { pipe, exited } = await runGuarded(program('process.exit(7)'));
  pipe.end();
  expect(await exited).toEqual({ code: 7, signal: null });
});

test('a program that does not stop is killed after its grace', async () => {
  const { pipe, exited } = await runGuarded(program(''));
  pipe.end();
  expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a server stops only after those that it serves', async () => {
  const peer = spawn(process.execPath, ['-e', program('process.exit()')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: peer.stdout }), 'line');
  const { pipe, exited } = await runGuarded(program('process.exit()'));
  pipe.end(`${peer.pid}\n`);

  const ends: string[] = [];
  const peerExited = once(peer, 'exit').then(() => ends.push('peer'));
  const serverExited = exited.then(() => ends.push('server'));
  peer.kill('SIGTERM');

  await Promise.all([peerExited, serverExited]);
  expect(ends).toEqual(['peer', 'server']);
});
