import type { Schedule, ScheduleRun } from '../../../schedules.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeDuration } from '../../output/duration.ts';
import { printableJson, printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { runText } from './run-text.ts';

const columns: readonly Column<ScheduleRun>[] = [
  { title: 'SLOT', text: ({ slot }) => slot },
  { title: 'BY', text: ({ trigger }) => trigger },
  { title: 'LATE', text: ({ lateMs }) => describeDuration(lateMs), right: true },
  { title: 'OUTCOME', text: runText },
  { title: 'JOB', text: ({ job, reason }) => printableLine(job?.id ?? reason ?? '-') },
];

/** What there is to say of a schedule, each under its name. */
const factsOf = (schedule: Schedule): [string, string][] => {
  const { id, type, description, cron, overlap, misfire, enabled, problem, repairs } = schedule;
  return [
    ['id', schedule.declared ? `${id} (stands in the server’s code)` : id],
    ['type', type],
    ['when', cron === null ? description : `${description}: ${cron}`],
    ['state', enabled ? 'enabled' : 'disabled'],
    ['overlap', overlap],
    ['misfire', misfire],
    ...(problem === null ? [] : [['problem', problem] as [string, string]]),
    ...(repairs === 0 ? [] : [['repaired', `${repairs} times`] as [string, string]]),
    ...schedule.next.map((slot, n): [string, string] => [n === 0 ? 'next' : '', slot]),
  ];
};

/** A schedule for people, or as JSON. */
export const printSchedule = ({ out, json }: Session, schedule: Schedule): void => {
  if (json) {
    out.document(schedule);
    return;
  }
  for (const [name, text] of factsOf(schedule)) {
    out.line(`${out.paint('bold', name.padEnd(10))}${printableLine(text)}`);
  }
  if (schedule.payload !== undefined) out.line(printableJson(schedule.payload, 2));
  if (schedule.runs.length > 0) out.table(columns, schedule.runs);
};

export const showSchedule = async (session: Session, id: string): Promise<ExitCode> => {
  printSchedule(session, await session.client.schedules.get(id));
  return exitCode.ok;
};
