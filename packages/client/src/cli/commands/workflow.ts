import type { AddCommand } from '../act.ts';
import { secondsAsMs, wholeNumber } from '../arguments.ts';
import { cancelOne, listAll, showOne } from './workflow/look.ts';
import { submitWorkflow } from './workflow/submit.ts';
import { watchWorkflow } from './workflow/watch.ts';

const defaultLimit = 20;

const idOf = 'id of the workflow';

/** `drover workflow …` */
export const addWorkflow: AddCommand = (program, act) => {
  const workflow = program
    .command('workflow')
    .summary('submit workflows and see what becomes of them')
    .description('Jobs that need one another: submit them as one, follow and cancel them.');
  workflow
    .command('submit')
    .summary('submit a workflow')
    .description('Submit a workflow, the body of POST /workflows, and print its id.')
    .argument('<workflow>', 'JSON, @file, or - for stdin')
    .option('--idempotency-key <key>', 'the same key gives the same workflow, for a day')
    .option('--wait [seconds]', 'wait for the workflow to end (default: 60)', secondsAsMs)
    .option('--watch', 'show what happens to it until it has ended')
    .action(act(submitWorkflow));
  workflow
    .command('show')
    .summary('show a workflow and its steps')
    .description('Show how a workflow and each of its steps stand.')
    .argument('<id>', idOf)
    .option('--mermaid', 'print its drawing, in Mermaid')
    .action(act(showOne));
  workflow
    .command('ls')
    .summary('list workflows, the newest first')
    .description('List workflows, the newest first.')
    .option('-n, --limit <n>', 'how many at most, up to 200', wholeNumber, defaultLimit)
    .option('--status <status>', 'running, succeeded, failed, canceled or expired')
    .option('--cursor <cursor>', 'where the page before has ended')
    .action(act(listAll));
  workflow
    .command('watch')
    .summary('show what happens to a workflow')
    .description('Show what happens to a workflow and its steps until it has ended.')
    .argument('<id>', idOf)
    .action(act(watchWorkflow));
  workflow
    .command('cancel')
    .summary('cancel a workflow')
    .description('Cancel the steps of a workflow that wait, and tell those that run to stop.')
    .argument('<id>', idOf)
    .action(act(cancelOne));
};
