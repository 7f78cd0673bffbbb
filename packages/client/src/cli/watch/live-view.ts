import type { JobProgress } from '../../following/job-event.ts';
import { isFinished } from '../../job.ts';
import { describeDuration } from '../output/duration.ts';
import type { Output } from '../output/output.ts';
import { printableLine } from '../output/printable.ts';
import { percent, statusStyle } from '../output/status.ts';
import type { AnyJob, JobView } from './job-view.ts';
import { progressBar } from './progress-bar.ts';
import { logText, statusText } from './wording.ts';

const barWidth = 24;

/** The time that has passed is shown anew so often, in milliseconds. */
const tickMs = 1_000;

// VT100: to the first column and clear; do not wrap, so that a long line cannot leave a rest behind.
const clear = '\r\u001b[2K';
const noWrap = '\u001b[?7l';
const wrap = '\u001b[?7h';

/** `demo.sleep ██████░░░░ 60 % running 3.0 s  step 3 of 5` */
const barText = (job: AnyJob, { progress, note }: JobProgress, { paint }: Output): string => {
  const since = job.status === 'running' ? (job.startedAt ?? job.createdAt) : job.createdAt;
  return [
    printableLine(job.type),
    paint(statusStyle[job.status], progressBar(progress, barWidth)),
    percent(progress).padStart(5),
    paint(statusStyle[job.status], job.status),
    describeDuration(Date.now() - Date.parse(since)),
    ...(note ? [paint('dim', printableLine(note))] : []),
  ].join(' ');
};

/** A bar on the last line of the terminal, the log above it. */
export const liveView = (out: Output): JobView => {
  let job: AnyJob | undefined;
  let progress: JobProgress = { progress: 0 };

  const draw = () => {
    if (job === undefined || isFinished(job)) return;
    out.raw(`${clear}${noWrap}${barText(job, progress, out)}${wrap}`);
  };
  const above = (text: string) => {
    out.raw(clear);
    out.line(text);
    draw();
  };
  const ticker = setInterval(draw, tickMs);

  return {
    status: (now) => {
      job = now;
      if (now.progress !== progress.progress) progress = { progress: now.progress };
      if (isFinished(now) || now.status === 'retrying') above(statusText(now, out));
      else draw();
    },
    progress: (now) => {
      progress = now;
      draw();
    },
    log: (line) => above(logText(line, out)),
    end: () => {
      clearInterval(ticker);
      if (job !== undefined && !isFinished(job)) out.raw(clear);
    },
  };
};
