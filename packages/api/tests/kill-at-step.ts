// node --import packages/api/tests/kill-at-step.ts packages/worker/src/main.ts: kills itself as soon as
// it has got with the end of a step as far as KILL_AT says.
import { subscribe } from 'node:diagnostics_channel';
import type { StepProgress } from '@drover/jobs/workflows/advance';

subscribe('drover:workflow-step', (message) => {
  const { point } = message as StepProgress;
  if (point === process.env['KILL_AT']) process.kill(process.pid, 'SIGKILL');
});
