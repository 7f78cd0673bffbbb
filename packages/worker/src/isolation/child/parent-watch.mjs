import { workerData } from 'node:worker_threads';

// A thread beside the handlers, one of which may keep the event loop of the process to itself for ever.
// Plain JavaScript: stripping types would take as much memory as all the rest of it.

/** How often it is looked whether the worker lives, in milliseconds. */
const lookMs = 500;

setInterval(() => {
  // Nobody is left to hear of an end in good order.
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL');
}, lookMs);
