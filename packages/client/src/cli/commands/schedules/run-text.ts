import type { ScheduleRun } from '../../../schedules.ts';

/** What became of a run, in a word. */
export const runText = ({ outcome, job }: ScheduleRun): string =>
  outcome === 'submitted' ? (job?.status ?? 'gone') : outcome;
