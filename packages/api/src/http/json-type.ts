/** What a JSON text is labelled with that a route has written itself; Fastify labels its own alike. */
export const jsonType = 'application/json; charset=utf-8';
