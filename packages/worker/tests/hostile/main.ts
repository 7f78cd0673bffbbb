// node packages/worker/tests/hostile/main.ts: the worker as it is, with job types that are up to no good.
import { runProcess } from '../../../shared/src/lifecycle/run-process.ts';
import { composeWorker } from '../../src/app.ts';
import { blameJob } from '../../src/execution/stray-errors.ts';
import { jobTypes } from './jobs.ts';

const module = new URL('./jobs.ts', import.meta.url).href;

await runProcess(
  'worker',
  async () => (config, log) => composeWorker(config, log, jobTypes, module),
  blameJob,
);
