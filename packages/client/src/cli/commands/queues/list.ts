import type { QueueStatus } from '../../../operations.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeDuration } from '../../output/duration.ts';
import type { Output } from '../../output/output.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { limitsText } from './settings.ts';

const counted = ['queued', 'running', 'scheduled', 'retrying', 'blocked', 'failed'] as const;

const columns = ({ paint }: Output): Column<QueueStatus>[] => [
  { title: 'QUEUE', text: ({ name }) => name },
  {
    title: 'STATE',
    text: ({ paused }) => (paused ? 'paused' : 'open'),
    paint: (text, { paused }) => paint(paused ? 'yellow' : 'green', text),
  },
  ...counted.map(
    (status): Column<QueueStatus> => ({
      title: status.toUpperCase(),
      text: ({ counts }) => String(counts[status]),
      right: true,
    }),
  ),
  {
    title: 'OLDEST',
    text: ({ oldestQueuedMs: ms }) => (ms === null ? '-' : describeDuration(ms)),
    right: true,
  },
  { title: 'DONE/MIN', text: ({ rates }) => rates.succeededPerMinute.toFixed(1), right: true },
  { title: 'FAILED/MIN', text: ({ rates }) => rates.failedPerMinute.toFixed(1), right: true },
  { title: 'LIMITS', text: ({ settings }) => limitsText(settings) },
];

/** `drover queues` */
export const listQueues = async ({ client, out, json }: Session): Promise<ExitCode> => {
  const items = await client.queues();
  if (json) out.document({ items });
  else out.table(columns(out), items);
  return exitCode.ok;
};
