import type { Schedule } from '../../../schedules.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { runText } from './run-text.ts';

/** Pages of the server have that many at most. */
const pageSize = 100;

const stateOf = ({ problem, enabled }: Schedule): string => {
  if (problem !== null) return 'cannot run';
  return enabled ? 'on' : 'off';
};

const columns: readonly Column<Schedule>[] = [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  { title: 'TYPE', text: ({ type }) => printableLine(type) },
  { title: 'STATE', text: stateOf },
  { title: 'NEXT', text: ({ next }) => next[0] ?? '-' },
  { title: 'LAST RUN', text: ({ runs: [last] }) => (last ? runText(last) : '-') },
  { title: 'WHEN', text: ({ description }) => printableLine(description) },
];

export const listSchedules = async (
  { client, out, json }: Session,
  { limit }: { limit: number },
): Promise<ExitCode> => {
  const items: Schedule[] = [];
  let cursor: string | undefined;
  do {
    const most = Math.min(pageSize, limit - items.length);
    const page = await client.schedules.page({ limit: most, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  if (json) out.document({ items, more: cursor !== undefined });
  else if (items.length === 0) out.note('There are no schedules.');
  else {
    out.table(columns, items);
    if (cursor !== undefined) out.note('There are more: raise --limit.');
  }
  return exitCode.ok;
};
