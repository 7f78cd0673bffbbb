import type { AddCommand } from '../act.ts';
import { wholeNumber } from '../arguments.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { type JobFilterOptions, jobFilterOf, withJobFilters } from './jobs/filter.ts';
import { listJobs } from './jobs/list.ts';

const defaultLimit = 20;

const ls = (
  session: Session,
  { limit, ...options }: JobFilterOptions & { limit: number },
): Promise<ExitCode> => listJobs(session, jobFilterOf(options), limit);

const search = (
  session: Session,
  words: readonly string[],
  { limit, ...options }: JobFilterOptions & { limit: number },
): Promise<ExitCode> => listJobs(session, jobFilterOf(options, words.join(' ')), limit);

/** `drover ls` */
export const addLs: AddCommand = (program, act) => {
  withJobFilters(
    program
      .command('ls')
      .summary('list jobs, those that were submitted last first')
      .description('List jobs, those that were submitted last first. All filters must hold.'),
  )
    .option('-n, --limit <n>', 'how many at most', wholeNumber, defaultLimit)
    .action(act(ls));
};

/** `drover search <text…>` */
export const addSearch: AddCommand = (program, act) => {
  withJobFilters(
    program
      .command('search')
      .summary('find jobs by words of their payload, error, type or tags')
      .description(
        'Find jobs by words of their payload, error, type or tags: all of them, "as a phrase", one or other, -without; or by an id. Write -- before a text that begins with a hyphen.',
      )
      .argument('<text...>', 'what to look for'),
  )
    .option('-n, --limit <n>', 'how many at most', wholeNumber, defaultLimit)
    .action(act(search));
};
