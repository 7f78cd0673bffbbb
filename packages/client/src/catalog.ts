import type { jobTypes } from '@drover/jobs/catalog';
import type { z } from 'zod';

type Definition = (typeof jobTypes)[number];

/** Payload as it is submitted and result as it is returned, by job type. */
export type JobTypeMap = Record<string, { payload: unknown; result: unknown }>;

/** The job types that ship with Drover. Types only: nothing of them is loaded. */
export type Catalog = {
  [D in Definition as D['type']]: {
    /** What may be left out is optional: the server fills in defaults. */
    payload: z.input<D['payload']>;
    result: z.output<D['result']>;
  };
};

/**
 * Any job type, payloads and results unknown: `createClient<AnyJobs>(…)` for a server whose catalog is
 * not known here, `createClient<Catalog & AnyJobs>(…)` to keep the types of the known ones.
 */
export type AnyJobs = JobTypeMap;

/** Names of the job types of a catalog. */
export type TypeName<C extends JobTypeMap = Catalog> = keyof C & string;

/** What `submit` takes for a job type; `unknown` for a type that the catalog does not have. */
export type PayloadOf<T extends string, C extends JobTypeMap = Catalog> = T extends keyof C
  ? C[T]['payload']
  : unknown;

/** What a job of that type returns; `unknown` for a type that the catalog does not have. */
export type ResultOf<T extends string, C extends JobTypeMap = Catalog> = T extends keyof C
  ? C[T]['result']
  : unknown;
