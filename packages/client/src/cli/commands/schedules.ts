import type { AddCommand } from '../act.ts';
import { collect, wholeNumber } from '../arguments.ts';
import { removeSchedule, switchSchedule, triggerSchedule } from './schedules/change.ts';
import { listSchedules } from './schedules/list.ts';
import { putSchedule } from './schedules/put.ts';
import { showSchedule } from './schedules/show.ts';

const defaultLimit = 50;

const id = 'id of the schedule';

/** `drover schedules …` */
export const addSchedules: AddCommand = (program, act) => {
  const schedules = program
    .command('schedules')
    .summary('submit jobs by the clock')
    .description('The jobs that the clock submits: by cron or interval.');
  schedules
    .command('ls')
    .summary('list them with their next slot and last run')
    .description('List schedules with their next slot and how the last run ended.')
    .option('-n, --limit <n>', 'how many at most', wholeNumber, defaultLimit)
    .action(act(listSchedules));
  schedules
    .command('show')
    .summary('show one with its next slots and last runs')
    .description('Show a schedule with its next slots and its last runs.')
    .argument('<id>', id)
    .action(act(showSchedule));
  schedules
    .command('put')
    .summary('make one, or replace it')
    .description('Make a schedule of a job type, or replace the one of this id.')
    .argument('<id>', id)
    .argument('<type>', 'job type')
    .argument('[payload]', 'JSON, @file, or - for stdin')
    .option('--cron <cron>', 'five fields, or six with the second first: "30 7 * * 1-5"')
    .option('--every <time>', 'an interval instead: 30s, 5m, 24h')
    .option('--timezone <zone>', 'IANA zone of the cron (default: UTC)')
    .option('--overlap <policy>', 'allow or skip, while an earlier job has not ended')
    .option('--misfire <policy>', 'run-once or skip, for slots that were missed')
    .option('--disabled', 'make it, and do not begin')
    .option('--priority <n>', 'of its jobs, 1 (first) to 10 (last)', wholeNumber)
    .option('--tag <tag>', 'of its jobs; may be repeated', collect)
    .action(act(putSchedule));
  schedules
    .command('rm')
    .summary('delete one')
    .description('Delete a schedule; the jobs of its runs stay.')
    .argument('<id>', id)
    .action(act(removeSchedule));
  schedules
    .command('trigger')
    .summary('submit its job now')
    .description('Submit the job of a schedule now, enabled or not.')
    .argument('<id>', id)
    .action(act(triggerSchedule));
  schedules
    .command('enable')
    .summary('let it have slots again')
    .description('Enable a schedule: it has slots from now on.')
    .argument('<id>', id)
    .action(act(switchSchedule('enable')));
  schedules
    .command('disable')
    .summary('let it have no slots')
    .description('Disable a schedule: it has no slots until it is enabled.')
    .argument('<id>', id)
    .action(act(switchSchedule('disable')));
};
