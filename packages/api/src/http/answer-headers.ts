import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Names the request in its answer; a browser must believe the answer's type. */
export const labelAnswer = (request: FastifyRequest, reply: FastifyReply): void => {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
};

/** Labels every answer of every route. Those that reach no route are labelled by `frameworkError`. */
export const labelAnswers = (app: FastifyInstance): void => {
  app.addHook('onSend', (request, reply, _payload, done) => {
    labelAnswer(request, reply);
    done();
  });
};
