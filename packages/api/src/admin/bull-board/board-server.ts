import type { IncomingMessage } from 'node:http';
import type { Log } from '@drover/shared/log';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Auditor } from '../../audit/auditor.ts';
import { auditBoard } from '../../audit/writes.ts';
import { answerWithProblems } from '../../errors/problem-handler.ts';
import { collectAllowedMethods } from '../../http/allowed-methods.ts';
import { labelAnswers } from '../../http/answer-headers.ts';
import { compressAnswers } from '../../http/compression.ts';
import { restrictPages } from '../../http/html-headers.ts';
import { takeJsonOnly } from '../../http/json-body.ts';
import { newServer } from '../../http/new-server.ts';
import { type Board, boardPages } from './board-pages.ts';

export interface BoardParts extends Board {
  auditor: Auditor;
  trustedProxies: readonly string[];
  log: Log;
}

/** A server that does not listen: it answers what the API's own has let in. */
export interface BoardServer {
  /** Takes over a request whose reply is hijacked. */
  answer(request: FastifyRequest, reply: FastifyReply): void;
  close(): Promise<void>;
}

interface Visit {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Keeps what the API's own server knows of a visit: who makes it, its id, the headers of its answer. */
const continueVisits = (
  server: FastifyInstance,
  visitOf: (raw: IncomingMessage) => Visit,
): void => {
  server.decorateRequest('operator', null);
  server.addHook('onRequest', async ({ raw }, reply) => {
    reply.headers(visitOf(raw).reply.getHeaders());
  });
  server.addHook('onRequest', async (request) => {
    request.operator = visitOf(request.raw).request.operator;
  });
  server.addHook('onSend', async ({ raw, problemCode }) => {
    visitOf(raw).request.problemCode = problemCode;
  });
};

/** Fastify takes no more routes once it listens, so what is loaded later gets a server of its own. */
export const openBoardServer = async (parts: BoardParts, path: string): Promise<BoardServer> => {
  const visits = new WeakMap<IncomingMessage, Visit>();
  const visitOf = (raw: IncomingMessage): Visit => {
    const visit = visits.get(raw);
    if (!visit) throw new Error('the board is asked past its guard');
    return visit;
  };

  const server = newServer({ ...parts, requestIdOf: (raw) => visitOf(raw).request.id });
  takeJsonOnly(server);
  continueVisits(server, visitOf);
  labelAnswers(server);
  restrictPages(server);
  await compressAnswers(server);
  answerWithProblems(server, collectAllowedMethods(server));
  await server.register(async (scope) => {
    auditBoard(scope, parts.auditor);
    await boardPages(scope, parts, path);
  });
  await server.ready();

  return {
    answer: (request, reply) => {
      visits.set(request.raw, { request, reply });
      server.routing(request.raw, reply.raw);
    },
    close: () => server.close(),
  };
};
