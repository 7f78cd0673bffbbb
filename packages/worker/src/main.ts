import { runProcess } from '@drover/shared/lifecycle/run-process';

await runProcess('worker', async () => (await import('./app.ts')).composeWorker);
