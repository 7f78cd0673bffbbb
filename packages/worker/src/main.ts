import { runProcess } from '@drover/shared/lifecycle/run-process';
import { blameJob } from './execution/stray-errors.ts';

await runProcess('worker', async () => (await import('./app.ts')).composeWorker, blameJob);
