import type { Command } from 'commander';
import type { JobFilter } from '../../../job-list.ts';
import { collect } from '../../arguments.ts';
import { instantOf } from '../dead-letters/filter.ts';

/** The filters of a command, as they are written. */
export interface JobFilterOptions {
  status?: string[];
  type?: string[];
  queue?: string[];
  tag?: string[];
  code?: string[];
  workflow?: string;
  schedule?: string;
  since?: string;
  until?: string;
}

/** Values that are given one by one, or with commas. */
const apart = (values: readonly string[] | undefined): string[] | undefined =>
  values?.flatMap((value) => value.split(','));

/** Only what was given. What is no status, the server says. */
export const jobFilterOf = (options: JobFilterOptions, text?: string): JobFilter => {
  const { status, type, queue, tag, code, workflow, schedule, since, until } = options;
  const filter = {
    status: apart(status) as JobFilter['status'],
    type: apart(type),
    queue: apart(queue),
    tag: apart(tag),
    code: apart(code),
    workflow,
    schedule,
    since: since === undefined ? undefined : instantOf(since),
    until: until === undefined ? undefined : instantOf(until),
    text,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
};

/** Adds the options that say which jobs are meant. */
export const withJobFilters = (command: Command): Command =>
  command
    .option('--status <status>', 'of that status; several with commas', collect)
    .option('--type <type>', 'of that job type', collect)
    .option('--queue <queue>', 'of that queue', collect)
    .option('--tag <tag>', 'with that tag; of several, all', collect)
    .option('--code <code>', 'whose latest attempt failed with that code', collect)
    .option('--workflow <id>', 'steps of that workflow')
    .option('--schedule <id>', 'runs of that schedule')
    .option('--since <time>', 'submitted then or later: 2027-01-31T08:00:00Z, or 2h ago')
    .option('--until <time>', 'submitted before then');
