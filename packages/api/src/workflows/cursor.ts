import type { StepStatus, WorkflowResource } from '@drover/jobs/contract/workflow';

/** How much of a workflow a follower has seen: a letter for each status, of the workflow and its steps. */
export interface Cursor {
  workflow: string;
  steps: string;
}

const letters: Record<StepStatus, string> = {
  scheduled: 's',
  blocked: 'b',
  queued: 'q',
  running: 'r',
  retrying: 't',
  succeeded: 'd',
  failed: 'f',
  canceled: 'c',
  expired: 'x',
  skipped: 'k',
};

/** Stands for what was never seen. */
export const unseen = '-';

export const letterOf = (status: StepStatus): string => letters[status];

export const startCursor = (steps: number): Cursor => ({
  workflow: unseen,
  steps: unseen.repeat(steps),
});

/** What a follower has seen who has seen all. */
export const cursorOf = ({ status, steps }: WorkflowResource): Cursor => ({
  workflow: letterOf(status),
  steps: Object.values(steps)
    .map((step) => letterOf(step.status))
    .join(''),
});

/** The id of an event: each run of one letter as its length and the letter, for most are alike. */
export const encodeCursor = ({ workflow, steps }: Cursor): string =>
  `${workflow}.${steps.replace(/(.)\1*/g, (run) => `${run.length}${run[0]}`)}`;

/** @returns the start for an id that is none of a workflow of so many steps. */
export const decodeCursor = (id: string, steps: number): Cursor => {
  const [, workflow, runs] = /^([a-z-])\.((?:[1-9]\d{0,3}[a-z-]){0,1000})$/.exec(id) ?? [];
  if (workflow === undefined || runs === undefined) return startCursor(steps);
  const lengths = [...runs.matchAll(/(\d+)(.)/g)];
  const total = lengths.reduce((sum, [, length]) => sum + Number(length), 0);
  if (total !== steps) return startCursor(steps);
  const seen = lengths.map(([, length, letter = '']) => letter.repeat(Number(length)));
  return { workflow, steps: seen.join('') };
};
