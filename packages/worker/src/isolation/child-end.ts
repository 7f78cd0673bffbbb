import type { Thrown } from '../execution/thrown.ts';
import type { ChildEnd } from './child-process.ts';

const failure = (code: string, message: string): Thrown => ({
  kind: 'error',
  code,
  message,
  stack: '',
});

/** V8's words when the heap is full. */
const outOfMemory = /heap out of memory|invalid array length Allocation failed/i;

/** The end of the process that ran a handler, as the failure of the attempt. */
export const describeEnd = ({ code, signal, lastWords }: ChildEnd): Thrown => {
  if (outOfMemory.test(lastWords)) {
    return failure('out-of-memory', 'the process that ran the handler ran out of memory');
  }
  if (signal) {
    const why = signal === 'SIGKILL' ? ', as the system does when memory runs out' : '';
    return failure(
      'process-crashed',
      `the process that ran the handler was ended by ${signal}${why}`,
    );
  }
  return failure('process-exited', `the process that ran the handler exited with status ${code}`);
};
