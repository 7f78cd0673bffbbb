// Runs inside the workers under observation.
import { connect } from 'node:net';

/** Environment variable that names the port of 127.0.0.1 to report to. */
export const observerPort = 'BENCH_OBSERVER_PORT';

/** `ready` is the worker's own moment and has an empty id; the others are a job's. */
export type Moment = 'ready' | 'started' | 'ended';

/** Reports that a moment has come, as a line `<moment> <id> <nanoseconds>`. */
export type Report = (moment: Moment, id: string) => void;

/**
 * Connects to the benchmark. The clock is CLOCK_MONOTONIC, which all processes of a machine share;
 * it is read first, so that reporting costs the figures nothing.
 */
export const connectObserver = (): Report => {
  const socket = connect(Number(process.env[observerPort]), '127.0.0.1');
  socket.setNoDelay(true);
  socket.unref();
  // The benchmark may be gone; then nobody waits for what we say.
  socket.on('error', () => undefined);
  return (moment, id) => {
    const at = process.hrtime.bigint();
    socket.write(`${moment} ${id} ${at}\n`);
  };
};
