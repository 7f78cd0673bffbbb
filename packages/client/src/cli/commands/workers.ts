import type { WorkerStatus } from '../../operations.ts';
import type { AddCommand } from '../act.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { describeAge, describeDuration } from '../output/duration.ts';
import type { Output } from '../output/output.ts';
import { printableLine } from '../output/printable.ts';
import type { Column } from '../output/table.ts';
import type { Session } from '../session.ts';

const columns = ({ paint }: Output): Column<WorkerStatus>[] => [
  { title: 'HOST', text: ({ host }) => printableLine(host) },
  { title: 'PID', text: ({ pid }) => String(pid), right: true },
  { title: 'VERSION', text: ({ version }) => printableLine(version) },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: (text, { state }) => paint(state === 'running' ? 'green' : 'yellow', text),
  },
  { title: 'UP', text: ({ startedAt }) => describeAge(startedAt), right: true },
  { title: 'SEEN', text: ({ lastHeartbeatAt: at }) => `${describeAge(at)} ago`, right: true },
  { title: 'RUNNING', text: ({ running }) => String(running.length), right: true },
  {
    title: 'MEMORY',
    text: ({ memory }) => `${Math.round(memory.residentBytes / 1e6)} MB`,
    right: true,
  },
  { title: 'LAG', text: ({ eventLoopDelayMs: ms }) => describeDuration(ms), right: true },
  {
    title: 'QUEUES',
    text: ({ queues }) => queues.map((it) => `${it.name}:${it.concurrency}`).join(' '),
  },
];

const workers = async ({ client, out, json }: Session): Promise<ExitCode> => {
  const items = await client.workers();
  if (json) out.document({ items });
  else if (items.length > 0) out.table(columns(out), items);
  else out.note('No worker is running.');
  return exitCode.ok;
};

/** `drover workers` */
export const addWorkers: AddCommand = (program, act) => {
  program
    .command('workers')
    .summary('show the workers')
    .description('Show each live worker process: since when it runs, what it does, and how it is.')
    .action(act(workers));
};
