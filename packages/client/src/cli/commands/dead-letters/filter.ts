import type { Command } from 'commander';
import type { DeadLetterFilter } from '../../../dead-letters.ts';
import { UsageError } from '../../failure.ts';

/** The filters of a command, as they are written. */
export interface FilterOptions {
  type?: string;
  queue?: string;
  code?: string;
  group?: string;
  since?: string;
  until?: string;
  tenant?: string;
  all?: boolean;
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** An instant as it is, or a time before now: `2h` is two hours ago. */
export const instantOf = (text: string, now: number = Date.now()): string => {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined) return text;
  return new Date(Math.max(0, now - Number(count) * (unitMs[unit] ?? 0))).toISOString();
};

/** Only what was given. */
export const filterOf = ({ all: _all, since, until, ...rest }: FilterOptions): DeadLetterFilter => {
  const { type, queue, code, group, tenant } = rest;
  return {
    ...(type !== undefined && { type }),
    ...(queue !== undefined && { queue }),
    ...(code !== undefined && { code }),
    ...(group !== undefined && { group }),
    ...(tenant !== undefined && { tenant }),
    ...(since !== undefined && { since: instantOf(since) }),
    ...(until !== undefined && { until: instantOf(until) }),
  };
};

/**
 * What a command that changes something is to change.
 * @throws UsageError unless it is exactly one of an id, a filter and `--all`.
 */
export const meantBy = (
  id: string | undefined,
  options: FilterOptions,
): { id: string } | { which: DeadLetterFilter | 'all' } => {
  const filter = filterOf(options);
  const hasFilter = Object.keys(filter).length > 0;
  const given = [id !== undefined, hasFilter, options.all === true].filter(Boolean).length;
  if (given !== 1) throw new UsageError('Give an id, or filters, or --all: one of the three.');
  if (id !== undefined) return { id };
  return { which: hasFilter ? filter : 'all' };
};

/** Adds the options that say which dead letters are meant. */
export const withFilters = (command: Command): Command =>
  command
    .option('--type <type>', 'of that job type')
    .option('--queue <queue>', 'of that queue')
    .option('--code <code>', 'with that error code')
    .option('--group <id>', 'of that group, of "drover dead-letters groups"')
    .option('--since <time>', 'failed then or later: 2027-01-31T08:00:00Z, or 2h ago')
    .option('--until <time>', 'failed before then')
    .option('--tenant <tenant>', 'of that tenant; for admins');
