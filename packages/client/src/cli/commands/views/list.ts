import type { View } from '../../../views.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeDuration } from '../../output/duration.ts';
import type { Output } from '../../output/output.ts';
import { printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';

const stateOf = ({ error, stale }: View): string => {
  if (error) return 'failed';
  return stale ? 'stale' : 'fresh';
};

const whenOf = ({ refresh }: View): string => {
  const { cron, on, maxAgeMs, incremental } = refresh;
  const kinds = [
    ...(cron === null ? [] : [`cron ${cron}`]),
    ...(on.length === 0 ? [] : ['on changes']),
    ...(maxAgeMs === null ? [] : [`when read after ${describeDuration(maxAgeMs)}`]),
    ...(incremental ? ['incremental'] : []),
  ];
  return kinds.join(', ') || 'by hand';
};

const columns = ({ paint }: Output): Column<View>[] => [
  { title: 'VIEW', text: ({ name }) => printableLine(name) },
  {
    title: 'STATE',
    text: stateOf,
    paint: (text, view) => paint(stateOf(view) === 'fresh' ? 'green' : 'yellow', text),
  },
  { title: 'ROWS', text: ({ rows }) => String(rows), right: true },
  { title: 'AGE', text: ({ ageMs }) => describeDuration(ageMs), right: true },
  {
    title: 'TOOK',
    text: ({ lastRefresh }) => describeDuration(Math.round(lastRefresh.tookMs)),
    right: true,
  },
  { title: 'REFRESHED', text: whenOf },
  { title: 'ERROR', text: ({ error }) => (error ? printableLine(error.message) : '-') },
];

/** `drover views ls` */
export const listViews = async ({ client, out, json }: Session): Promise<ExitCode> => {
  const items = await client.views.list();
  if (json) out.document({ items });
  else if (items.length === 0) out.note('There are no views.');
  else out.table(columns(out), items);
  return exitCode.ok;
};
