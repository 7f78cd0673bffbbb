import type { DeadLetterSummary } from '../../../dead-letters.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeAge } from '../../output/duration.ts';
import { printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { type FilterOptions, filterOf } from './filter.ts';

/** Longest message of a row, in characters. */
const maxMessage = 60;

export const shortMessage = (message: string): string => {
  const line = printableLine(message);
  return line.length <= maxMessage ? line : `${line.slice(0, maxMessage - 1)}…`;
};

export const letterColumns: readonly Column<DeadLetterSummary>[] = [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  { title: 'TYPE', text: ({ type }) => printableLine(type) },
  { title: 'CODE', text: ({ error }) => printableLine(error.code) },
  { title: 'ATTEMPTS', text: ({ attempts }) => String(attempts.made), right: true },
  { title: 'AGE', text: ({ failedAt }) => describeAge(failedAt), right: true },
  { title: 'MESSAGE', text: ({ error }) => shortMessage(error.message) },
];

/** Pages of the server have that many at most. */
const pageSize = 100;

export const listLetters = async (
  { client, out, json }: Session,
  { limit, ...options }: FilterOptions & { limit: number },
): Promise<ExitCode> => {
  const filter = filterOf(options);
  const items: DeadLetterSummary[] = [];
  let cursor: string | undefined;
  do {
    const most = Math.min(pageSize, limit - items.length);
    const page = await client.deadLetters.page(filter, { limit: most, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  if (json) out.document({ items, more: cursor !== undefined });
  else if (items.length === 0) out.note('There are no such dead letters.');
  else {
    out.table(letterColumns, items);
    if (cursor !== undefined) out.note('There are more: raise --limit, or narrow the filters.');
  }
  return exitCode.ok;
};
