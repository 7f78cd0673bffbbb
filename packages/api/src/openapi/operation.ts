import type { ProblemCode } from '@drover/shared/http/problem-types';
import type { z } from 'zod';
import type { HeaderName } from './headers.ts';
import type { TagName } from './tags.ts';

/** A value to show; it fits the schema that it stands beside. */
export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

export type Examples = Readonly<Record<string, Example>>;

/** A body in one media type. */
export interface Content {
  readonly schema: z.ZodType;
  readonly examples?: Examples;
}

/** An answer that is no problem. */
export interface OperationAnswer {
  readonly description: string;
  /** Beside those that every answer has. */
  readonly headers?: readonly HeaderName[];
  /** By media type; none for an answer without a body. */
  readonly content?: Readonly<Record<string, Content>>;
}

/**
 * What a route does, for the API description: a route carries it in `config.operation`. What all
 * routes of its kind have in common (problems of access and overload, their headers) is added when
 * the description is made.
 */
export interface Operation {
  /** In camel case; generated clients name their functions after it. */
  readonly id: string;
  readonly tag: TagName;
  readonly summary: string;
  /** CommonMark. */
  readonly description: string;
  /** Every segment of the path that is a parameter. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** By name, as it is usually written. */
  readonly headers?: z.ZodObject;
  readonly body?: Content;
  /** Whether the body may be left out; default false. */
  readonly bodyOptional?: boolean;
  /** Whether a body is refused in which a name stands twice in one object; default false. */
  readonly uniqueNames?: boolean;
  /** By status. */
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Beside those of every route. */
  readonly problems: readonly ProblemCode[];
  /** Whether a GET has an ETag and can be 304; default false. */
  readonly conditional?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does; a route of the API without one keeps the server from starting. */
    operation?: Operation;
  }
}

/** The content of an answer in JSON. */
export const json = (schema: z.ZodType, examples?: Examples): Record<string, Content> => ({
  'application/json': { schema, ...(examples && { examples }) },
});
