import { InvalidArgumentError } from 'commander';
import type { ViewConditions, ViewRow } from '../../../views.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { printableLine } from '../../output/printable.ts';
import type { Session } from '../../session.ts';

/** Pages of the server have that many rows at most. */
const pageSize = 1_000;

/** Reads the JSON object of `--filter`; whether it fits the view, the server says. */
export const conditions = (text: string): ViewConditions => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (typeof value === 'object' && value !== null) return value as ViewConditions;
  throw new InvalidArgumentError('Expected a JSON object such as {"region":"Europe"}.');
};

const textOf = (value: unknown): string => (value === null ? '-' : printableLine(String(value)));

/** `drover views rows` */
export const showRows = async (
  { client, out, json }: Session,
  name: string,
  { filter, limit }: { filter?: ViewConditions; limit: number },
): Promise<ExitCode> => {
  const items: ViewRow[] = [];
  let cursor: string | undefined;
  let refreshedAt: string | null = null;
  do {
    const most = Math.min(pageSize, limit - items.length);
    const page = await client.views.page(name, { filter, limit: most, cursor });
    items.push(...page.items);
    ({ refreshedAt } = page);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  if (json) {
    out.document({ items, refreshedAt, more: cursor !== undefined });
    return exitCode.ok;
  }
  if (items.length === 0) out.note('There are no such rows.');
  else {
    out.table(
      Object.keys(items[0] ?? {}).map((column) => ({
        title: column.toUpperCase(),
        text: (row: ViewRow) => textOf(row[column]),
        right: items.every((row) => typeof row[column] === 'number'),
      })),
      items,
    );
  }
  out.note(`As of ${refreshedAt ?? 'an unknown moment'}.`);
  if (cursor !== undefined) out.note('There are more: raise --limit.');
  return exitCode.ok;
};
