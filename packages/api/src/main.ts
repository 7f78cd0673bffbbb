import { runProcess } from '@drover/shared/lifecycle/run-process';
import { composeApi } from './app.ts';

await runProcess('api', composeApi);
