import { Problem } from '@drover/shared/http/problem';
import { type ProblemCode, problemTypes } from '@drover/shared/http/problem-types';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { commonHeaders, type HeaderName, headerReferences, rateLimitHeaders } from './headers.ts';
import type { DescribedRoute } from './path-items.ts';
import { schemaReference } from './schema.ts';

/** What can go wrong with every request that reaches a route. */
const ofEveryRoute: readonly ProblemCode[] = ['bad-request', 'internal'];

/** What stands between a caller and every route of the API. */
const ofEveryKey: readonly ProblemCode[] = [
  'unauthorized',
  'forbidden',
  'keys-missing',
  'store-unavailable',
  'overloaded',
];

/** What can be wrong with a body, or with one that nobody asked for. */
const ofEveryWrite: readonly ProblemCode[] = ['payload-too-large', 'unsupported-media-type'];

const ofEveryBody: readonly ProblemCode[] = ['malformed-json', 'invalid-submission'];

/** All problems that a route can answer with. */
export const problemsOf = ({ operation, method, role }: DescribedRoute): readonly ProblemCode[] => {
  const codes = new Set<ProblemCode>([
    ...ofEveryRoute,
    ...(role ? ofEveryKey : []),
    ...(method === 'GET' ? [] : ofEveryWrite),
    ...(operation.body ? ofEveryBody : []),
    ...(operation.query ? (['invalid-parameters'] as const) : []),
    // A segment that is longer than any id reaches no route.
    ...(operation.params ? (['not-found'] as const) : []),
    ...operation.problems,
  ]);
  return [...codes].sort();
};

/** Problems by their status. */
export const byStatus = (codes: readonly ProblemCode[]): ReadonlyMap<number, ProblemCode[]> =>
  Map.groupBy(codes, (code) => problemTypes[code].status);

const headersBy: Partial<Record<ProblemCode, readonly HeaderName[]>> = {
  unauthorized: ['WWW-Authenticate'],
  'metrics-token-required': ['WWW-Authenticate'],
  'method-not-allowed': ['Allow'],
  'range-not-satisfiable': ['Content-Range'],
  'rate-limited': ['Retry-After'],
  'store-unavailable': ['Retry-After'],
  overloaded: ['Retry-After'],
};

const exampleOf = (code: ProblemCode) => ({
  summary: problemTypes[code].title,
  value: new Problem(code, problemTypes[code].meaning).toBody('/jobs'),
});

/** The answer of one status, whichever of these problems it is. */
export const problemAnswer = (codes: readonly ProblemCode[]): ZodOpenApiResponseObject => ({
  description: codes.map((code) => `\`${code}\`: ${problemTypes[code].meaning}`).join('\n\n'),
  headers: headerReferences([
    ...commonHeaders,
    ...rateLimitHeaders,
    ...codes.flatMap((code) => headersBy[code] ?? []),
  ]),
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          schemaReference('Problem'),
          { properties: { type: { enum: codes.map((code) => `/problems/${code}`) } } },
        ],
      },
      examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
    },
  },
});

/** Name of a {@link problemAnswer} among the components. */
export const problemAnswerName = (codes: readonly ProblemCode[]): string => codes.join('.');
