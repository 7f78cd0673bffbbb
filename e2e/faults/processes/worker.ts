// node e2e/faults/processes/worker.ts <ledger>: the worker as it is, with job types that keep a ledger.
import { runProcess } from '../../../packages/shared/src/lifecycle/run-process.ts';
import { composeWorker } from '../../../packages/worker/src/app.ts';
import { blameJob } from '../../../packages/worker/src/execution/stray-errors.ts';
import { openLedger } from '../ledger/ledger.ts';
import { workTypes } from './job-types.ts';

const types = workTypes(openLedger(process.argv[2] ?? ''));

await runProcess(
  'worker',
  async () => (config, log) => composeWorker(config, log, types),
  blameJob,
);
