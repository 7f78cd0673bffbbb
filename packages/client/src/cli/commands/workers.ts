import type { WorkerStatus } from '../../operations.ts';
import type { AddCommand } from '../act.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { describeAge } from '../output/duration.ts';
import { printableLine } from '../output/printable.ts';
import type { Column } from '../output/table.ts';
import type { Session } from '../session.ts';

const columns: Column<WorkerStatus>[] = [
  { title: 'HOST', text: ({ host }) => printableLine(host) },
  { title: 'PID', text: ({ pid }) => String(pid), right: true },
  { title: 'VERSION', text: ({ version }) => printableLine(version) },
  { title: 'UP', text: ({ startedAt }) => describeAge(startedAt), right: true },
  { title: 'SEEN', text: ({ lastHeartbeatAt: at }) => `${describeAge(at)} ago`, right: true },
  { title: 'RUNNING', text: ({ running }) => String(running.length), right: true },
  {
    title: 'QUEUES',
    text: ({ queues }) => queues.map((it) => `${it.name}:${it.concurrency}`).join(' '),
  },
];

const workers = async ({ client, out, json }: Session): Promise<ExitCode> => {
  const items = await client.workers();
  if (json) out.document({ items });
  else if (items.length > 0) out.table(columns, items);
  else out.note('No worker is running.');
  return exitCode.ok;
};

/** `drover workers` */
export const addWorkers: AddCommand = (program, act) => {
  program
    .command('workers')
    .summary('show the workers')
    .description('Show each live worker process: since when, and how many jobs it runs.')
    .action(act(workers));
};
