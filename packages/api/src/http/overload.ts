import { Problem } from '@drover/shared/http/problem';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

/** Mean delay of the event loop over a sample beyond which calls are turned away, in milliseconds. */
const maxEventLoopDelay = 500;

/** Length of a sample, in milliseconds; what a client is told to wait covers the next one. */
const sampleInterval = 1_000;
const retryAfterSeconds = '2';

/**
 * Turns calls away while the process cannot keep up, before any work is done for them: the others
 * are answered sooner, and the clients of these try again.
 */
export const shedLoad = async (scope: FastifyInstance): Promise<void> => {
  await scope.register(underPressure, {
    maxEventLoopDelay,
    sampleInterval,
    pressureHandler: async () => {
      throw new Problem('overloaded', 'This server has too much to do now. Try again.', {
        headers: { 'retry-after': retryAfterSeconds },
      });
    },
  });
};
