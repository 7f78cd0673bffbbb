import { timeOfDay } from '../output/duration.ts';
import type { Output } from '../output/output.ts';
import { printableLine } from '../output/printable.ts';
import { percent } from '../output/status.ts';
import type { JobView } from './job-view.ts';
import { logText, statusText } from './wording.ts';

/** One line for each event, for files and pipes. */
export const plainView = (out: Output): JobView => {
  const now = () => timeOfDay(new Date().toISOString());
  return {
    status: (job) => out.line(`${now()} ${statusText(job, out)}`),
    progress: ({ progress, note }) =>
      out.line(`${now()} ${percent(progress)}${note ? ` ${printableLine(note)}` : ''}`),
    log: (line) => out.line(logText(line, out)),
    end: () => undefined,
  };
};
