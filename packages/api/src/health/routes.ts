import { answerProbe, type ProbeChecks, probes } from '@drover/shared/health/probes';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { parseQuery } from '../http/query.ts';
import { probeOperations, probeQuery } from '../openapi/operations/health.ts';

/** `/live`, `/ready` and `/health`, open to all: they name no job and no secret. */
export const healthRoutes = (scope: FastifyInstance, checks: ProbeChecks): void => {
  for (const probe of probes) {
    const config = { operation: probeOperations[probe] };
    scope.get(`/${probe}`, { config }, async (request, reply) => {
      const { check } = parseQuery(probeQuery, request.query);
      if (check !== undefined && !Object.hasOwn(checks[probe], check)) {
        const known = Object.keys(checks[probe]).join(', ') || 'it has none';
        throw new Problem('invalid-parameters', `/${probe} has no such check: ${known}.`);
      }
      const { statusCode, report } = await answerProbe(probe, checks, check);
      return reply.code(statusCode).header('cache-control', 'no-store').send(report);
    });
  }
};
