import type { Role } from '@drover/shared/config/api-keys';
import type {
  ZodOpenApiMediaTypeObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
} from 'zod-openapi';
import { commonHeaders, headerReferences, rateLimitHeaders } from './headers.ts';
import type { Content, Operation, OperationAnswer } from './operation.ts';
import { byStatus, problemAnswer, problemAnswerName, problemsOf } from './problem-answers.ts';

/** A route that is described. */
export interface DescribedRoute {
  readonly method: string;
  /** As Fastify writes it: `/jobs/:id`. */
  readonly url: string;
  /** Undefined for a route that is open to all. */
  readonly role: Role | undefined;
  readonly operation: Operation;
}

type Answers = ZodOpenApiOperationObject['responses'];
type Status = `${1 | 2 | 3 | 4 | 5}${string}`;

const mediaType = ({ schema, examples }: Content): ZodOpenApiMediaTypeObject => ({
  schema,
  ...(examples && { examples: { ...examples } }),
});

const contentOf = ({ content }: OperationAnswer) =>
  content && {
    content: Object.fromEntries(
      Object.entries(content).map(([type, it]) => [type, mediaType(it)] as const),
    ),
  };

const answerOf = (answer: OperationAnswer, role: Role | undefined): ZodOpenApiResponseObject => ({
  description: answer.description,
  headers: headerReferences([
    ...commonHeaders,
    ...(role ? rateLimitHeaders : []),
    ...(answer.headers ?? []),
  ]),
  ...contentOf(answer),
});

/** Headers of the answer that is not sent stand here too. */
const unchanged = ({ answers }: Operation): OperationAnswer => ({
  description: 'What `If-None-Match` names is still true.',
  headers: ['ETag', ...(answers[200]?.headers ?? [])],
});

/** One status with bodies of several media types. */
const merge = (
  one: ZodOpenApiResponseObject,
  other: ZodOpenApiResponseObject,
): ZodOpenApiResponseObject => ({
  description: `${one.description}\n\n${other.description}`,
  ...(one.headers && { headers: { ...one.headers, ...other.headers } as typeof one.headers }),
  content: { ...one.content, ...other.content },
});

const answersOf = (route: DescribedRoute): Answers => {
  const { role, operation } = route;
  const described = {
    ...operation.answers,
    ...(operation.conditional && { 304: unchanged(operation) }),
  };
  const answers: Answers = { default: { $ref: '#/components/responses/default' } };
  for (const [status, answer] of Object.entries(described)) {
    answers[status as Status] = answerOf(answer, role);
  }
  for (const [status, codes] of byStatus(problemsOf(route))) {
    const answer = operation.answers[status];
    answers[`${status}` as Status] = answer
      ? merge(answerOf(answer, role), problemAnswer(codes))
      : { $ref: `#/components/responses/${problemAnswerName(codes)}` };
  }
  return answers;
};

const securityOf = ({ method, role }: DescribedRoute) => {
  if (!role) return [];
  return method === 'GET' ? [{ bearer: [] }, { basic: [] }] : [{ bearer: [] }];
};

const operationOf = (route: DescribedRoute): ZodOpenApiOperationObject => {
  const { operation, role } = route;
  const { params: path, query, headers: header } = operation;
  const access = role && `Needs a key with the role \`${role}\`.`;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: access ? `${operation.description}\n\n${access}` : operation.description,
    security: securityOf(route),
    requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    ...(operation.body && {
      requestBody: {
        required: operation.bodyOptional !== true,
        content: { 'application/json': mediaType(operation.body) },
      },
    }),
    responses: answersOf(route),
  };
};

/** `/jobs/:id` as OpenAPI writes it: `/jobs/{id}`. */
const templateOf = ({ url }: DescribedRoute): string => url.replaceAll(/:(\w+)/g, '{$1}');

/** The routes by path and method. */
export const pathsOf = (routes: readonly DescribedRoute[]): ZodOpenApiPathsObject =>
  Object.fromEntries(
    [...Map.groupBy(routes, templateOf)].map(([path, those]) => [
      path,
      Object.fromEntries(those.map((route) => [route.method.toLowerCase(), operationOf(route)])),
    ]),
  );
