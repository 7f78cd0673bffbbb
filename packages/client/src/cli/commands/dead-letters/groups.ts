import type { DeadLetterGroups } from '../../../dead-letters.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeAge } from '../../output/duration.ts';
import { printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { type FilterOptions, filterOf } from './filter.ts';
import { shortMessage } from './list.ts';

const columns: readonly Column<DeadLetterGroups['items'][number]>[] = [
  { title: 'COUNT', text: ({ count }) => String(count), right: true },
  { title: 'TYPE', text: ({ type }) => printableLine(type) },
  { title: 'CODE', text: ({ code }) => printableLine(code) },
  { title: 'FIRST', text: ({ firstAt }) => describeAge(firstAt), right: true },
  { title: 'LAST', text: ({ lastAt }) => describeAge(lastAt), right: true },
  { title: 'GROUP', text: ({ id }) => printableLine(id) },
  { title: 'MESSAGE', text: ({ message }) => shortMessage(message ?? '(various)') },
];

export const listGroups = async (
  { client, out, json }: Session,
  { limit, ...options }: FilterOptions & { limit: number },
): Promise<ExitCode> => {
  const groups = await client.deadLetters.groups(filterOf(options), { limit });
  if (json) out.document(groups);
  else if (groups.items.length === 0) out.note('There are no such dead letters.');
  else {
    out.table(columns, groups.items);
    const more = groups.total - groups.items.length;
    if (more > 0) out.note(`There are ${more} more groups: raise --limit, or narrow the filters.`);
  }
  return exitCode.ok;
};
