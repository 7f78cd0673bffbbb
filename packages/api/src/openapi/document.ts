import type { Catalog } from '@drover/jobs/catalog';
import { jobProgress } from '@drover/jobs/contract/job-events';
import { problemDocument } from '@drover/jobs/contract/problem';
import { createDocument, type ZodOpenApiResponseObject } from 'zod-openapi';
import { about } from './about.ts';
import { commonHeaders, headerReferences, headers } from './headers.ts';
import { catalogSchemas, specialise } from './job-type-schemas.ts';
import { type DescribedRoute, pathsOf } from './path-items.ts';
import { byStatus, problemAnswer, problemAnswerName, problemsOf } from './problem-answers.ts';
import { type SchemaObject, schemaReference } from './schema.ts';
import { tags } from './tags.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The API key.' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'Any user name, and the API key as the password; for `GET` in a browser.',
  },
} as const;

/** The problem answers of all routes, each once. */
const problemAnswers = (routes: readonly DescribedRoute[]) =>
  Object.fromEntries(
    routes
      .flatMap((route) => [...byStatus(problemsOf(route)).values()])
      .map((codes) => [problemAnswerName(codes), problemAnswer(codes)] as const),
  );

const anyProblem: ZodOpenApiResponseObject = {
  description:
    'What can go wrong with a request before it reaches a route: 408 `request-timeout`, 417 `expectation-failed`, 431 `headers-too-large`.',
  headers: headerReferences(commonHeaders),
  content: { 'application/problem+json': { schema: schemaReference('Problem') } },
};

interface Bounds {
  minimum?: number | undefined;
  maximum?: number | undefined;
  format?: string | undefined;
  pattern?: string | undefined;
}

/** Leaves out what zod says of every number and format: it helps nobody who reads or generates. */
const plain = (schema: Bounds): void => {
  if (Math.abs(schema.minimum ?? 0) === Number.MAX_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format !== undefined) delete schema.pattern;
};

/** The OpenAPI 3.1 description of the routes, with the payload and the result of every job type. */
export const buildDocument = (options: {
  routes: readonly DescribedRoute[];
  catalog: Catalog;
  version: string;
}): OpenApiDocument => {
  const { routes, catalog, version } = options;
  const description = {
    openapi: '3.1.1' as const,
    info: { title: 'Drover', version, description: about },
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf(routes),
    components: {
      securitySchemes,
      headers,
      schemas: {
        Problem: problemDocument,
        JobProgress: jobProgress,
        ...catalogSchemas(catalog),
      },
      responses: { ...problemAnswers(routes), default: anyProblem },
    },
  };
  const document = createDocument(description, { override: ({ jsonSchema }) => plain(jsonSchema) });
  const schemas = (document.components?.schemas ?? {}) as Record<string, SchemaObject>;
  const components = { ...document.components, schemas: specialise(schemas, catalog) };
  return { ...document, components: components as typeof document.components & object };
};
