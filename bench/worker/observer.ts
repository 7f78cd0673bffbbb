// Runs inside the workers under observation.
import { connect } from 'node:net';

/** Environment variable that names the port of 127.0.0.1 to report to. */
export const observerPort = 'BENCH_OBSERVER_PORT';

/** Moments are sent this often, in milliseconds: sending each by itself would slow the worker down. */
const sendMs = 50;

/** Notes that a job starts now. */
export type Note = (id: string) => void;

/**
 * Reports the starts of jobs to the benchmark, as lines `<id> <nanoseconds>`, on the clock that all
 * processes of a machine share.
 * @returns undefined when nobody observes.
 */
export const observed = (): Note | undefined => {
  const port = process.env[observerPort];
  if (port === undefined) return undefined;
  const socket = connect(Number(port), '127.0.0.1');
  // The benchmark may be gone; then nobody waits for what we say.
  socket.on('error', () => undefined);
  let lines = '';
  const send = () => {
    if (lines !== '') socket.write(lines);
    lines = '';
  };
  setInterval(send, sendMs).unref();
  return (id) => {
    lines += `${id} ${process.hrtime.bigint()}\n`;
  };
};
