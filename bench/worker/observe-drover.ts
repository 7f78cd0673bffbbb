// Loaded into Drover's worker before its program: reports the starts that the worker publishes.
import { type JobRun, jobRuns } from '../../packages/worker/src/execution/tracing.ts';
import { observed } from './observer.ts';

const note = observed();
if (note) jobRuns.start.subscribe((message) => note((message as JobRun).id));
