import type { AddCommand } from '../act.ts';
import { wholeNumber } from '../arguments.ts';
import { listViews } from './views/list.ts';
import { refreshView } from './views/refresh.ts';
import { conditions, showRows } from './views/rows.ts';

const defaultLimit = 50;

const nameOf = 'name of the view';

/** `drover views …` */
export const addViews: AddCommand = (program, act) => {
  const views = program
    .command('views')
    .summary('read materialized views, see how fresh they are')
    .description('Materialized views of the database: their rows, and how fresh they are.');
  views
    .command('ls')
    .summary('list them with their age and last refresh')
    .description('List views with their rows, their age, and how the last refresh went.')
    .action(act(listViews));
  views
    .command('rows')
    .summary('show rows of one')
    .description('Show rows of a view, in the order of the columns that tell them apart.')
    .argument('<view>', nameOf)
    .option(
      '--filter <json>',
      'conditions: {"region":["Asia","Europe"],"orders":{"min":5}}',
      conditions,
    )
    .option('-n, --limit <n>', 'how many at most', wholeNumber, defaultLimit)
    .action(act(showRows));
  views
    .command('refresh')
    .summary('refresh one now')
    .description('Refresh a view, and those that are made of it, and wait until it is done.')
    .argument('<view>', nameOf)
    .option('--full', 'of an incremental view, recompute all rows')
    .action(act(refreshView));
};
