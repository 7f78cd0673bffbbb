import type { Output } from '../output/output.ts';
import type { JobView } from './job-view.ts';

/** One JSON line for each event. */
export const jsonView = ({ record }: Output): JobView => ({
  status: (data) => record({ event: 'status', data }),
  progress: (data) => record({ event: 'progress', data }),
  log: (data) => record({ event: 'log', data }),
  end: () => undefined,
});
