import { runProcess } from '@drover/shared/lifecycle/run-process';
import { composeWorker } from './app.ts';

await runProcess('worker', composeWorker);
