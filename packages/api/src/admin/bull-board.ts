import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { queueNames } from '@drover/jobs/definition/queues';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance } from 'fastify';

export const bullBoardPath = '/admin/queues';

/** bull-board over every queue of every partition. */
export const bullBoard = async (
  scope: FastifyInstance,
  options: { queues: QueueSet; partitions: number },
): Promise<void> => {
  const board = new FastifyAdapter().setBasePath(bullBoardPath);
  const several = options.partitions > 1;
  createBullBoard({
    serverAdapter: board,
    queues: Array.from({ length: options.partitions }, (_, partition) =>
      queueNames.map(
        (name) =>
          new BullMQAdapter(options.queues.get(name, partition), {
            ...(several && { prefix: `${partition}/` }),
          }),
      ),
    ).flat(),
    options: { uiConfig: { boardTitle: 'Drover' } },
  });
  await scope.register(board.registerPlugin(), { prefix: bullBoardPath });
};
