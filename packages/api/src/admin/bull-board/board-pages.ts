import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { deadLetterQueue } from '@drover/jobs/dead-letters/place';
import { queueNames } from '@drover/jobs/definition/queues';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance } from 'fastify';
import { toProblem } from '../../errors/problem-handler.ts';

export interface Board {
  queues: QueueSet;
  partitions: number;
}

/**
 * What bull-board's pages need: their own scripts and workers, styles that its components make, and
 * a highlighter in WebAssembly. The fonts that they would fetch from elsewhere stay away.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** bull-board over every queue of every partition, and the dead letters: these are only to be seen. */
export const boardPages = async (
  scope: FastifyInstance,
  { queues, partitions }: Board,
  path: string,
): Promise<void> => {
  const board = new FastifyAdapter().setBasePath(path);
  const several = partitions > 1;
  createBullBoard({
    serverAdapter: board,
    queues: Array.from({ length: partitions }, (_, partition) =>
      [...queueNames, deadLetterQueue].map(
        (name) =>
          new BullMQAdapter(queues.get(name, partition), {
            ...(several && { prefix: `${partition}/` }),
            // Retried there, an entry would wait for a worker that never comes.
            ...(name === deadLetterQueue && { readOnlyMode: true, allowRetries: false }),
          }),
      ),
    ).flat(),
    options: { uiConfig: { boardTitle: 'Drover' } },
  });
  // Set after createBullBoard, whose own handler would show stack traces and Redis's words.
  board.setErrorHandler((err) => {
    const problem = toProblem(err);
    return { status: problem.status as 500, body: problem.toBody(path) as never };
  });
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('content-security-policy', pagePolicy);
    done();
  });
  await scope.register(board.registerPlugin(), { prefix: path });
};
