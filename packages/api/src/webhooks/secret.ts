import { secretRotation } from '@drover/jobs/contract/webhook';
import { readSecrets, rotateSecret } from '@drover/jobs/webhooks/secrets';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { readWebhookSecret, rotateWebhookSecret } from '../openapi/operations/webhooks.ts';
import { parseBody } from './parse.ts';
import type { WebhookRouteParts } from './parts.ts';
import { toSecret } from './resource.ts';

/** What the webhooks of the caller's tenant are signed with. */
export const secretRoutes = (
  scope: FastifyInstance,
  { queues, secretOverlapMs }: WebhookRouteParts,
): void => {
  scope.get(
    '/webhooks/secret',
    { config: { role: 'operate', operation: readWebhookSecret } },
    async (request, reply) => {
      const secrets = await readSecrets(queues, callerOf(request).tenant);
      return reply.header('cache-control', 'no-store').send(toSecret(secrets));
    },
  );

  scope.post(
    '/webhooks/secret/rotate',
    { config: { role: 'operate', operation: rotateWebhookSecret } },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const { overlap = secretOverlapMs } = parseBody(secretRotation, request.body ?? {});
      const secrets = await rotateSecret(queues, tenant, overlap);
      request.log.info({ requestId: request.id, tenant }, 'webhook secret rotated');
      return reply.header('cache-control', 'no-store').send(toSecret(secrets));
    },
  );
};
