import type { FastifyInstance } from 'fastify';
import { deliveryRoutes } from './deliveries.ts';
import { endpointRoutes } from './endpoints.ts';
import type { WebhookRouteParts } from './parts.ts';
import { secretRoutes } from './secret.ts';

/** Everything under `/webhooks`. */
export const webhookRoutes = (scope: FastifyInstance, parts: WebhookRouteParts): void => {
  endpointRoutes(scope, parts);
  secretRoutes(scope, parts);
  deliveryRoutes(scope, parts);
};
