// npm run bench http [submit | batch | read | bytes | memory | waiters] [-- --json]: the API beside a
// bare server. Without a part: submit, batch, read and bytes, which take some minutes together.
import { type Bench, runBench } from '../run-bench.ts';
import { measureMemory } from './memory.ts';
import { measureQueuedBytes } from './queued-bytes.ts';
import { memoryFindings } from './report/memory.ts';
import { promises } from './report/promise.ts';
import { queuedBytesNotes, queuedBytesPromise } from './report/queued-bytes.ts';
import { ratioPromises, throughputNotes, throughputTables } from './report/throughput.ts';
import { waitersFindings } from './report/waiters.ts';
import { scenarios } from './scenarios.ts';
import { measureThroughput } from './throughput.ts';
import { measureTraffic } from './traffic.ts';
import { measureWaiters } from './waiters.ts';

const title = 'Ratios to the bare server';

const rates =
  (...parts: readonly (keyof typeof scenarios)[]): Bench =>
  async (resources) => {
    const results = await measureThroughput(resources, (stage) =>
      parts.flatMap((part) => scenarios[part](stage)),
    );
    const text = [
      throughputTables(results),
      throughputNotes(results),
      promises(title, ratioPromises(results)),
    ].join('\n\n');
    return { json: results, text };
  };

const bytes: Bench = async (resources) => {
  const json = await measureQueuedBytes(resources);
  const text = `${promises(title, [queuedBytesPromise(json)])}\n\n${queuedBytesNotes(json)}`;
  return { json, text };
};

const ratesAndBytes: Bench = async (resources) => {
  const queuedBytes = await measureQueuedBytes(resources);
  const throughput = await measureThroughput(resources, (stage) =>
    Object.values(scenarios).flatMap((of) => of(stage)),
  );
  const text = [
    throughputTables(throughput),
    throughputNotes(throughput),
    queuedBytesNotes(queuedBytes),
    promises(title, [...ratioPromises(throughput), queuedBytesPromise(queuedBytes)]),
  ].join('\n\n');
  return { json: { throughput, queuedBytes }, text };
};

await runBench(ratesAndBytes, {
  submit: rates('submit'),
  batch: rates('batch'),
  read: rates('read'),
  bytes,
  memory: async (resources) => memoryFindings(await measureMemory(resources)),
  waiters: async (resources) => {
    const crowds = await measureWaiters(resources);
    return waitersFindings(crowds, await measureTraffic(resources));
  },
});
