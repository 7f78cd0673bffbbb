// Loaded into Drover's worker before its program: reports the moments that the worker publishes.
import { jobRuns } from '../../packages/worker/src/execution/tracing.ts';
import { connectObserver } from './observer.ts';

const report = connectObserver();
const ignored = () => undefined;

jobRuns.subscribe({
  start: ({ id }) => report('started', id),
  asyncEnd: ({ id }) => report('ended', id),
  end: ignored,
  asyncStart: ignored,
  error: ignored,
});
