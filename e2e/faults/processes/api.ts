// node e2e/faults/processes/api.ts <ledger>: the API as it is, with job types that keep a ledger.
import { composeApi } from '../../../packages/api/src/app.ts';
import { runProcess } from '../../../packages/shared/src/lifecycle/run-process.ts';
import { openLedger } from '../ledger/ledger.ts';
import { workTypes } from './job-types.ts';

const types = workTypes(openLedger(process.argv[2] ?? ''));

await runProcess('api', async () => (config, log) => composeApi(config, log, types));
