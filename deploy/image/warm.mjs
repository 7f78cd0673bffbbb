// Compiles what the processes load into NODE_COMPILE_CACHE: modules are loaded, nothing is started.
import { flushCompileCache } from 'node:module';

const entries = [
  'packages/api/src/app.ts',
  'packages/worker/src/app.ts',
  'packages/worker/src/services/on-demand.ts',
  'packages/scheduler/src/app.ts',
  'packages/scheduler/src/doctor/doctor.ts',
  'packages/jobs/src/database/prepare.ts',
  'packages/shared/src/lifecycle/run-process.ts',
];

for (const entry of entries) await import(new URL(`../${entry}`, import.meta.url).href);
flushCompileCache();
process.exit();
