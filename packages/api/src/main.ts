import { runProcess } from '@drover/shared/lifecycle/run-process';

await runProcess('api', async () => (await import('./app.ts')).composeApi);
