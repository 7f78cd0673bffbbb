import { z } from 'zod';
import { timerDuration } from '../../duration.ts';
import { notes } from '../notes.ts';
import { wholeNumber } from '../values.ts';

const port = wholeNumber(1, 65_535);

/** The processes: where they listen, how they start and stop. */
export const processes = {
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .meta(notes('`production` turns off the development key `dev` and the `demo.*` job types.')),
  HOST: z
    .string()
    .default('127.0.0.1')
    .meta(notes('Address that every process listens on. `0.0.0.0` opens it to the network.')),
  PORT: port.prefault('3000').meta(notes('Port of the API.')),
  WORKER_PORT: port.prefault('3001').meta(notes('Port of the worker’s health endpoints.')),
  SCHEDULER_PORT: port.prefault('3002').meta(notes('Port of the scheduler’s health endpoints.')),
  SHUTDOWN_GRACE: timerDuration
    .prefault('25s')
    .meta(notes('How long running jobs may go on after SIGTERM before they are handed back.')),
  SHUTDOWN_DRAIN: timerDuration
    .prefault('0s')
    .meta(
      notes(
        'How long an API still takes requests after SIGTERM while `/ready` fails, so that the load balancers before it send it no more.',
      ),
    ),
  STARTUP_TIMEOUT: timerDuration
    .prefault('30s')
    .meta(notes('How long a starting process waits for Redis and Postgres to be reachable.')),
};
