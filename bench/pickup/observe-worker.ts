// Loaded into Drover's worker before its program: reports the moments that the worker publishes.
import { jobEnded, jobStarted } from '../../packages/worker/src/execution/observe.ts';
import { connectObserver, type Moment } from './observer.ts';

const report = connectObserver();
const reporting = (moment: Moment) => (message: unknown) =>
  report(moment, (message as { id: string }).id);

jobStarted.subscribe(reporting('started'));
jobEnded.subscribe(reporting('ended'));
