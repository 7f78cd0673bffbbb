import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { FromChild, ToChild } from '../messages.ts';

// The process that runs isolated handlers: a worker forks it and is its only parent. It ends with the
// worker, however that ends.
const parent = Number(process.argv[2]);
const watch = new Worker(new URL('./parent-watch.mjs', import.meta.url), {
  workerData: { parent },
});
watch.unref();
process.on('disconnect', () => process.exit());

// A Ctrl-C reaches every process of the terminal; when the handler is to end, the worker says.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

const send = (message: FromChild): void => {
  // What cannot be sent is of no use to anybody: the worker is gone.
  process.send?.(message, undefined, {}, () => undefined);
};

process.once('message', async (first: ToChild) => {
  if (first.kind !== 'brief') throw new Error('a child process is to be briefed first');
  const { createRunner } = await import('./runner.ts');
  const runner = await createRunner(first.briefing, send);
  process.on('message', runner.hear);
  process.on('uncaughtException', runner.blame);
  process.on('unhandledRejection', runner.blame);
  send({ kind: 'ready' });
  flushCompileCache();
});
