import type { AddCommand } from '../act.ts';
import { listQueues } from './queues/list.ts';
import { jobsOrConfigured, limitOrConfigured, rateOrConfigured } from './queues/settings.ts';
import { pauseQueue, resumeQueue, setQueue, showQueue } from './queues/steer.ts';

const nameOf = 'name of the queue';

/** `drover queues`, and what it does to one of them. */
export const addQueues: AddCommand = (program, act) => {
  const queues = program
    .command('queues')
    .summary('show the queues, change and pause them')
    .description('Show each queue: its jobs by status, how long the oldest has waited, its limits.')
    .action(act(listQueues));
  queues
    .command('show')
    .summary('show the settings of a queue')
    .description('Show the settings of a queue: what they are now, and what is configured.')
    .argument('<queue>', nameOf)
    .action(act(showQueue));
  queues
    .command('set')
    .summary('change the settings of a queue')
    .description(
      'Change the settings of a queue for all workers, at once and until they are changed again.\n' +
        '"configured" returns to what is configured, "unlimited" lifts a limit.',
    )
    .argument('<queue>', nameOf)
    .option('--concurrency <jobs>', 'jobs that one worker runs at once', jobsOrConfigured)
    .option('--global-concurrency <jobs>', 'jobs that all workers run at once', limitOrConfigured)
    .option('--rate <jobs/window>', 'jobs that all workers start: 100/1m', rateOrConfigured)
    .action(act(setQueue));
  queues
    .command('pause')
    .summary('start no more jobs of a queue')
    .description('Start no more jobs of a queue; those that run go on.')
    .argument('<queue>', nameOf)
    .action(act(pauseQueue));
  queues
    .command('resume')
    .summary('start the jobs of a queue again')
    .description('Start the jobs of a paused queue again.')
    .argument('<queue>', nameOf)
    .action(act(resumeQueue));
};
