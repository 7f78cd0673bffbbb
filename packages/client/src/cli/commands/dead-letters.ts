import type { AddCommand } from '../act.ts';
import { wholeNumber } from '../arguments.ts';
import { deleteLetters, redriveLetters } from './dead-letters/change.ts';
import { withFilters } from './dead-letters/filter.ts';
import { listGroups } from './dead-letters/groups.ts';
import { listLetters } from './dead-letters/list.ts';
import { showLetter } from './dead-letters/show.ts';

const defaultLimit = 20;

const every = 'every one, instead of filters';

/** `drover dead-letters …` */
export const addDeadLetters: AddCommand = (program, act) => {
  const letters = program
    .command('dead-letters')
    .summary('see why jobs have failed for good, and run them again')
    .description('The jobs that have failed for good: see why, run them again, delete them.');
  withFilters(letters.command('ls').summary('list them, those that failed last first'))
    .description('List dead letters, those that failed last first.')
    .option('-n, --limit <n>', 'how many at most', wholeNumber, defaultLimit)
    .action(act(listLetters));
  withFilters(letters.command('groups').summary('count them by cause'))
    .description('Count dead letters by cause: type, code and what their messages have in common.')
    .option('-n, --limit <n>', 'how many groups at most, up to 200', wholeNumber, defaultLimit)
    .action(act(listGroups));
  letters
    .command('show')
    .summary('show one with its payload and every attempt')
    .description('Show a dead letter with its payload and every attempt.')
    .argument('<id>', 'id of the job')
    .action(act(showLetter));
  withFilters(letters.command('redrive').summary('run them again'))
    .description(
      'Run a job again, under its id; or have a job run again all that filters find, the oldest first.',
    )
    .argument('[id]', 'id of the job')
    .option('--all', every)
    .option('--payload <json>', 'another payload: JSON, @file, or - for stdin')
    .option('--rate <n>', 'jobs a second, at most (default: 100)', wholeNumber)
    .option('--dry-run', 'count them, and redrive none')
    .action(act(redriveLetters));
  withFilters(letters.command('delete').summary('delete them, and their jobs'))
    .description('Delete a dead letter and its job; or all that filters find.')
    .argument('[id]', 'id of the job')
    .option('--all', every)
    .action(act(deleteLetters));
};
