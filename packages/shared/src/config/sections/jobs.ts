import { z } from 'zod';
import { duration } from '../../duration.ts';
import { notes } from '../notes.ts';
import { jobsByQueue, queueLimits } from '../queue-limits.ts';
import { smtpUrl } from '../smtp-url.ts';
import { timeZone } from '../time-zone.ts';
import { list, wholeNumber } from '../values.ts';

const mailAddresses = list.superRefine((items, context) => {
  for (const item of items) {
    if (z.email().max(254).safeParse(item).success) continue;
    context.addIssue({ code: 'custom', message: 'expected e-mail addresses, without names' });
  }
});

/** The history must have time to record how a job ended. */
const kept = duration.refine((ms) => ms >= 60_000, 'expected 1m at least');

/** How jobs are run and what is kept of them. */
export const jobs = {
  CONCURRENCY: jobsByQueue(1_000)
    .prefault('')
    .meta(
      notes(
        'Jobs that one worker process runs at once, by queue; queues not named keep their defaults. It can be changed at run time.',
        {
          example: 'media=2,mail=20',
        },
      ),
    ),
  GLOBAL_CONCURRENCY: jobsByQueue(100_000)
    .prefault('')
    .meta(
      notes(
        'Jobs that all worker processes together run at once, by queue; queues not named have no such limit. It can be changed at run time.',
        {
          example: 'mail=50',
        },
      ),
    ),
  QUEUE_LIMITS: queueLimits.prefault('').meta(
    notes(
      'Jobs that all worker processes together start in a window of time, by queue: `queue=jobs/window`; queues not named have no such limit. It can be changed at run time.',
      {
        example: 'mail=100/1m',
      },
    ),
  ),
  KEEP_SUCCEEDED: kept.prefault('24h').meta(notes('How long a succeeded job can still be read.')),
  KEEP_FAILED: kept
    .prefault('7d')
    .meta(notes('How long a failed job can still be read, and its dead letter redriven.')),
  KEEP_ARTIFACTS: duration
    .prefault('1h')
    .meta(notes('How long the files of a job stay after the job is gone.')),
  HISTORY_DAYS: wholeNumber(0, 3_650)
    .prefault('30')
    .meta(
      notes(
        'Days that the history in Postgres keeps a job for, counted from its submission. 0: nothing is recorded, and what was recorded stays as it is.',
      ),
    ),
  HISTORY_BACKLOG: wholeNumber(1_000, 10_000_000)
    .prefault('250000')
    .meta(
      notes(
        'Changes of jobs that Redis keeps of one queue, in one partition, until they are recorded: about 100 bytes each. What is beyond it while Postgres is away is made up for from the jobs themselves.',
      ),
    ),
  AUDIT_DAYS: wholeNumber(1, 36_500)
    .prefault('365')
    .meta(notes('Days that the audit log keeps what operators did.')),
  DEAD_LETTERS_MAX: wholeNumber(1, 10_000_000)
    .prefault('100000')
    .meta(
      notes(
        'Dead letters that are kept of one queue; beyond it the oldest go, with their jobs, whatever KEEP_FAILED says.',
      ),
    ),
  CACHE_MEMORY_BYTES: wholeNumber(65_536, Number.MAX_SAFE_INTEGER)
    .prefault('33554432')
    .meta(
      notes(
        'Most memory that an API process spends on copies of cached values, in bytes, roughly.',
      ),
    ),
  SOURCE_MAX_BYTES: wholeNumber(1, 1_073_741_824)
    .prefault('26214400')
    .meta(notes('Largest file that a job takes as its source, in bytes.')),
  IMPORT_MAX_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .prefault('1073741824')
    .meta(notes('Largest file that `data.import` takes, in bytes; it is streamed.')),
  ISOLATION_HEAP_BYTES: wholeNumber(33_554_432, Number.MAX_SAFE_INTEGER)
    .prefault('536870912')
    .meta(
      notes(
        'Most JavaScript memory of a process that runs an isolated handler, in bytes; pictures and other buffers come on top.',
      ),
    ),
  WEBHOOK_SECRET_OVERLAP: duration
    .prefault('24h')
    .meta(
      notes(
        'How long webhooks are signed with the earlier secret, too, after a tenant has rotated it.',
      ),
    ),
  SMTP_URL: smtpUrl.optional().meta(
    notes(
      'Server that sends e-mail: `smtps:` for TLS from the start, `smtp:` for STARTTLS where the server has it; with a password it must, unless the server is on this machine or the URL ends in `/?requireTLS=false`. Unset: each message is written to `DATA_DIR/mail` as an `.eml` file.',
      {
        example: 'smtp://user:password@mail.example.com:587',
        secret: true,
      },
    ),
  ),
  SCHEDULES_MAX: wholeNumber(0, 100_000)
    .prefault('10000')
    .meta(notes('Schedules that a tenant may have made over the API.')),
  SCHEDULES_TIMEZONE: timeZone
    .default('UTC')
    .meta(notes('IANA time zone of the schedules that Drover brings itself.')),
  DIGEST_TO: mailAddresses
    .prefault('')
    .meta(
      notes(
        'Addresses that get the daily digest at 08:00: sales and job counts of the last 24 hours, over all tenants; separated by commas. Unset: it is not sent.',
        { example: 'ops@example.com,sales@example.com' },
      ),
    ),
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'expected a sender such as Drover <drover@example.com>',
    )
    .default('Drover <drover@localhost>')
    .meta(notes('Sender of e-mail.')),
};
