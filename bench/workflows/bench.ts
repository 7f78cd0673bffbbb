// npm run bench workflows [-- --json]: chains and graphs of jobs, beside bare BullMQ and plain jobs.
import { runBench } from '../run-bench.ts';
import { measure } from './measure.ts';
import { toFindings } from './report.ts';

await runBench(async (resources) => toFindings(await measure(resources)));
