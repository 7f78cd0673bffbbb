import { runProcess } from '@drover/shared/lifecycle/run-process';

await runProcess('scheduler', async () => (await import('./app.ts')).composeScheduler);
