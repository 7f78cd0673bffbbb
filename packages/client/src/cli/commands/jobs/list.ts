import type { JobFilter, JobSummary } from '../../../job-list.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeAge } from '../../output/duration.ts';
import type { Output } from '../../output/output.ts';
import { printableLine } from '../../output/printable.ts';
import { percent, statusStyle } from '../../output/status.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { shortMessage } from '../dead-letters/list.ts';

export const jobColumns = ({ paint }: Output): Column<JobSummary>[] => [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  { title: 'TYPE', text: ({ type }) => printableLine(type) },
  {
    title: 'STATUS',
    text: ({ status }) => status,
    paint: (text, { status }) => paint(statusStyle[status], text),
  },
  {
    title: 'PROGRESS',
    text: ({ progress }) => (progress === null ? '' : percent(progress)),
    right: true,
  },
  { title: 'AGE', text: ({ createdAt }) => describeAge(createdAt), right: true },
  { title: 'ERROR', text: ({ error }) => (error ? shortMessage(error.message) : '') },
];

/** Pages of the server have that many at most. */
const pageSize = 100;

/** Prints the first jobs of a filter. */
export const listJobs = async (
  { client, out, json }: Session,
  filter: JobFilter,
  limit: number,
): Promise<ExitCode> => {
  const items: JobSummary[] = [];
  let cursor: string | undefined;
  do {
    const most = Math.min(pageSize, limit - items.length);
    const page = await client.jobs.page(filter, { limit: most, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  if (json) out.document({ items, more: cursor !== undefined });
  else if (items.length === 0) out.note('There are no such jobs.');
  else {
    out.table(jobColumns(out), items);
    if (cursor !== undefined) out.note('There are more: raise --limit, or narrow the filters.');
  }
  return exitCode.ok;
};
