import type { FastifyInstance } from 'fastify';
import type { BoardParts, BoardServer } from './board-server.ts';

export const bullBoardPath = '/admin/queues';

/**
 * bull-board's pages, `/admin/queues` and below. The first visit loads them, which takes it some tenths of
 * a second: with all that they load they take a tenth of the API's memory, and few ever visit them.
 * Only inside `requireAdmin`.
 */
export const bullBoard = async (scope: FastifyInstance, parts: BoardParts): Promise<void> => {
  let opened: Promise<BoardServer> | undefined;
  const open = (): Promise<BoardServer> => {
    opened ??= import('./board-server.ts')
      .then(({ openBoardServer }) => openBoardServer(parts, bullBoardPath))
      .catch((err: unknown) => {
        opened = undefined;
        throw err;
      });
    return opened;
  };

  // Bodies are left for the board to read.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  for (const path of [bullBoardPath, `${bullBoardPath}/*`]) {
    scope.all(path, async (request, reply) => {
      const board = await open();
      reply.hijack();
      board.answer(request, reply);
    });
  }
  scope.addHook('onClose', async () => {
    await (await opened?.catch(() => undefined))?.close();
  });
};
