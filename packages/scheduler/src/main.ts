import { runProcess } from '@drover/shared/lifecycle/run-process';
import { composeScheduler } from './app.ts';

await runProcess('scheduler', composeScheduler);
