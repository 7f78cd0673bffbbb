// npm run bench worker [noop | backlog | latency | memory | rivals] [-- --json]: the worker beside bare
// BullMQ and beside other job queues. Without a part, all of them, which takes about a quarter of an hour.
import { type Bench, type Findings, forAWhile, runBench } from '../run-bench.ts';
import { measureBacklog } from './backlog.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import { measureNoop } from './noop.ts';
import { backlogFindings } from './report/backlog.ts';
import { latencyFindings } from './report/latency.ts';
import { memoryFindings } from './report/memory.ts';
import { noopFindings } from './report/noop.ts';
import { rivalsFindings } from './report/rivals.ts';
import { measureRivals } from './rivals.ts';

const parts = {
  noop: async (resources) => noopFindings(await measureNoop(resources)),
  backlog: async (resources) => backlogFindings(await measureBacklog(resources)),
  latency: async (resources) => latencyFindings(await measureLatency(resources)),
  rivals: async (resources) => rivalsFindings(await measureRivals(resources)),
  memory: async (resources) => memoryFindings(await measureMemory(resources)),
} satisfies Record<string, Bench>;

/** One part after the other: what one has started is gone before the next begins. */
const all: Bench = async (resources) => {
  const found: [name: string, findings: Findings][] = [];
  for (const [name, part] of Object.entries(parts)) {
    found.push([name, await forAWhile(resources, part)]);
  }
  return {
    json: Object.fromEntries(found.map(([name, { json }]) => [name, json])),
    text: found.map(([, { text }]) => text).join('\n\n\n'),
  };
};

await runBench(all, parts);
