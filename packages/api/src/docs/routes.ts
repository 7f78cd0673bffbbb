import type { FastifyInstance } from 'fastify';
import { assetFolder, assets } from './assets.ts';
import { referencePage, referencePolicy } from './page.ts';

/** `GET /docs`: the API reference, with all that it needs, from here and from nowhere else. */
export const referenceRoutes = (scope: FastifyInstance): void => {
  scope.get('/docs', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', referencePolicy)
      .send(referencePage),
  );

  for (const [name, { type, read }] of Object.entries(assets)) {
    let bytes: Buffer | undefined;
    scope.get(`${assetFolder}/${name}`, async (_request, reply) => {
      bytes ??= await read();
      return reply
        .type(type)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(bytes);
    });
  }
};
