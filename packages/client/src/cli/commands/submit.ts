import type { AnyJobs } from '../../catalog.ts';
import { DroverError } from '../../error.ts';
import { isFinished } from '../../job.ts';
import type { JobOptions, SubmittedJob } from '../../submitting/submit.ts';
import type { AddCommand } from '../act.ts';
import { collect, parsePayload, secondsAsMs, wholeNumber } from '../arguments.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { UsageError } from '../failure.ts';
import { untilInterrupted } from '../interrupt.ts';
import { statusStyle } from '../output/status.ts';
import type { Session } from '../session.ts';
import type { AnyJob } from '../watch/job-view.ts';
import { leaveRunning, outcomeCode, watchJob } from '../watch/watch-job.ts';
import { resultText, statusText } from '../watch/wording.ts';

interface SubmitOptions {
  priority?: number;
  delay?: string;
  runAt?: string;
  attempts?: number;
  timeout?: string;
  expiresIn?: string;
  tag?: string[];
  dedupeKey?: string;
  dedupeMode?: 'until-finished' | 'throttle' | 'debounce';
  dedupeTtl?: string;
  retention?: string;
  idempotencyKey?: string;
  /** Milliseconds; true without a number. */
  wait?: number | true;
  watch?: boolean;
}

/** `--wait` without a number, in milliseconds. */
const defaultWaitMs = 60_000;

type Submitted = SubmittedJob<string, AnyJobs>;

const dedupeOf = ({ dedupeKey: key, dedupeMode: mode, dedupeTtl: ttl }: SubmitOptions) => {
  if (key !== undefined) return { dedupe: { key, ...(mode && { mode }), ...(ttl && { ttl }) } };
  if (mode === undefined && ttl === undefined) return {};
  throw new UsageError('--dedupe-mode and --dedupe-ttl need a --dedupe-key.');
};

/** Only what was given: an option of the API that is left out has its default there. */
const jobOptionsOf = (given: SubmitOptions): JobOptions => {
  const { priority, delay, runAt, attempts, timeout, expiresIn, tag: tags, retention } = given;
  const all = { priority, delay, runAt, attempts, timeout, expiresIn, tags, retention };
  const set = Object.entries(all).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), ...dedupeOf(given) };
};

const earlier = ({ replayed, deduplicated }: Submitted): string => {
  if (deduplicated) return ' It was there before: a job with this --dedupe-key.';
  return replayed ? ' It was there before: the job of this --idempotency-key.' : '';
};

/** The id is the result, unless there is to be another one. */
const announce = ({ out, json }: Session, job: Submitted, isResult: boolean): void => {
  const status = out.paint(statusStyle[job.status], job.status);
  if (isResult && !json) {
    out.line(job.id);
    out.note(`The job is ${status}.${earlier(job)} Watch it with: drover watch ${job.id}`);
  } else if (!isFinished(job) || earlier(job) !== '') {
    out.note(`${job.id} is ${status}.${earlier(job)}`);
  }
};

const showOutcome = ({ out, json }: Session, job: AnyJob): ExitCode => {
  const result = resultText(job);
  if (json) out.document(job);
  else {
    out.note(`${job.id} ${statusText(job, out)}`);
    if (result !== undefined) out.line(result);
  }
  return outcomeCode(job);
};

/** The id is known before the wait begins: Ctrl-C and a lost connection leave something to go on with. */
const waitFor = async (session: Session, job: Submitted, timeoutMs: number): Promise<ExitCode> => {
  const { client } = session;
  try {
    const finished = await untilInterrupted((signal) => client.wait(job, { timeoutMs, signal }));
    return finished ? showOutcome(session, finished) : leaveRunning(session, job.id);
  } catch (err) {
    if (session.json && err instanceof DroverError && err.code === 'wait-timed-out') {
      session.out.document(await client.get(job));
    }
    throw err;
  }
};

const submit = async (
  session: Session,
  type: string,
  payloadArgument: string,
  options: SubmitOptions,
): Promise<ExitCode> => {
  const { client, out, json } = session;
  if (options.wait !== undefined && options.watch) {
    throw new UsageError('--wait and --watch exclude each other.');
  }
  const waitMs = options.wait === true ? defaultWaitMs : options.wait;
  const jobOptions = jobOptionsOf(options);
  const payload = await parsePayload(payloadArgument);
  const job = await client.submit(type, payload, jobOptions, {
    idempotencyKey: options.idempotencyKey,
  });
  announce(session, job, waitMs === undefined && !options.watch);
  if (options.watch) return watchJob(session, job.id);
  if (waitMs !== undefined) return waitFor(session, job, waitMs);
  if (json) out.document(job);
  return exitCode.ok;
};

/** `drover submit <type> [payload]` */
export const addSubmit: AddCommand = (program, act) => {
  program
    .command('submit')
    .summary('submit a job')
    .description('Submit a job and print its id. Durations: 250ms, 30s, 5m, 24h, 7d.')
    .argument('<type>', 'job type, such as demo.sleep')
    .argument('[payload]', 'JSON, @file, or - for stdin', '{}')
    .option('--priority <n>', '1 is first, 10 is last', wholeNumber)
    .option('--delay <duration>', 'do not run it before this has passed')
    .option('--run-at <instant>', 'do not run it before: 2027-01-31T08:00:00Z')
    .option('--attempts <n>', 'attempts in all', wholeNumber)
    .option('--timeout <duration>', 'longest run of one attempt')
    .option('--expires-in <duration>', 'give it up when it has not started by then')
    .option('--tag <tag>', 'may be given several times', collect)
    .option('--dedupe-key <key>', 'make no second job while one with this key is there')
    .option('--dedupe-mode <mode>', 'until-finished, throttle or debounce')
    .option('--dedupe-ttl <duration>', 'for throttle and debounce')
    .option('--retention <duration>', 'how long the finished job can be read')
    .option('--idempotency-key <key>', 'the same key gives the same job, for a day')
    .option('--wait [seconds]', 'wait for the job to finish (default: 60)', secondsAsMs)
    .option('--watch', 'show what happens to it until it has finished')
    .action(act(submit));
};
