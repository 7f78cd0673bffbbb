import type { LogLine } from '../../following/job-event.ts';
import { describeDuration, timeOfDay } from '../output/duration.ts';
import type { Output, Style } from '../output/output.ts';
import { printable, printableJson, printableLine } from '../output/printable.ts';
import { statusStyle } from '../output/status.ts';
import type { AnyJob } from './job-view.ts';

const levelStyle: Readonly<Record<LogLine['level'], Style>> = {
  info: 'dim',
  warn: 'yellow',
  error: 'red',
};

/** `14:03:59 info  step 1 of 5 {"rows":3}` */
export const logText = ({ at, level, message, fields }: LogLine, { paint }: Output): string => {
  const more = fields === undefined ? '' : ` ${paint('dim', printableJson(fields))}`;
  const text = printable(message).replaceAll('\n', '\n  ');
  return `${paint('dim', timeOfDay(at))} ${paint(levelStyle[level], level.padEnd(5))} ${text}${more}`;
};

/** ` in 2.5 s`: how long its last attempt ran. */
const runTime = ({ startedAt, finishedAt }: AnyJob): string =>
  startedAt && finishedAt
    ? ` in ${describeDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`
    : '';

/** How the latest attempt failed; empty when none has. */
const errorText = ({ error, attempts }: AnyJob): string =>
  error === null
    ? ''
    : `: ${printableLine(error.message).replace(/\.$/, '')} (${printableLine(error.code)}, attempt ${error.attempt} of ${attempts.max})`;

/** A status in words: `succeeded in 2.5 s`, `retrying: no luck (error, attempt 1 of 3)`. */
export const statusText = (job: AnyJob, { paint }: Output): string =>
  `${paint(statusStyle[job.status], job.status)}${runTime(job)}${errorText(job)}`;

/** What a job returned, as JSON; undefined when it returned nothing. */
export const resultText = (job: AnyJob): string | undefined =>
  job.result === null || job.result === undefined ? undefined : printableJson(job.result, 2);
