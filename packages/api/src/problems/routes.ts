import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import accepts from '@fastify/accepts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { htmlPagePolicy } from '../http/html-page.ts';
import { allProblems, findProblem } from './catalog.ts';
import { problemIndexPage, problemPage } from './pages.ts';

/** HTML to who prefers it, else JSON. */
const answer = (
  request: FastifyRequest,
  reply: FastifyReply,
  as: { html: () => string; json: unknown },
) => {
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? 'accept' : `${vary}, accept`);
  if (request.type(['json', 'html']) !== 'html') return reply.send(as.json);
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', htmlPagePolicy)
    .send(as.html());
};

/** `GET /problems` and `GET /problems/:code`: what the `type` of a problem document leads to. */
export const problemRoutes = async (scope: FastifyInstance): Promise<void> => {
  await scope.register(accepts);

  scope.get('/problems', (request, reply) =>
    answer(request, reply, {
      html: () => problemIndexPage(allProblems),
      json: { items: allProblems },
    }),
  );

  scope.get<{ Params: { code: string } }>('/problems/:code', (request, reply) => {
    const { code } = request.params;
    const problem = findProblem(code);
    if (!problem) {
      const codes = allProblems.map((it) => it.code);
      throw new Problem('not-found', `There is no problem "${code}".${didYouMean(code, codes)}`);
    }
    return answer(request, reply, { html: () => problemPage(problem), json: problem });
  });
};
