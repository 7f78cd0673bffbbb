import type { Catalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import type { z } from 'zod';
import { type SchemaObject, schemaReference } from './schema.ts';

/** `email.send` as the first part of a component's name: `EmailSend`. */
const nameOf = ({ type }: JobType): string =>
  type.replace(/(?:^|[.-])(\w)/g, (_match, letter: string) => letter.toUpperCase());

/** Every type that a job can have, submitted by clients or by Drover itself. */
const everyType = ({ all, internal }: Catalog): readonly JobType[] => [...all, ...internal];

/** The payload and the result of every job type, as components. */
export const catalogSchemas = (catalog: Catalog): Record<string, z.ZodType> =>
  Object.fromEntries(
    everyType(catalog).flatMap((job) => [
      [
        `${nameOf(job)}Payload`,
        job.payload.meta({ unusedIO: 'input', description: `Payload of \`${job.type}\`.` }),
      ],
      [
        `${nameOf(job)}Result`,
        job.result.meta({ unusedIO: 'output', description: `Result of \`${job.type}\`.` }),
      ],
    ]),
  );

type Schemas = Record<string, SchemaObject>;

/** A schema with properties of its own in place of those that it has. */
const withProperties = (
  schema: SchemaObject | undefined,
  properties: Record<string, SchemaObject>,
  description: string,
): SchemaObject => ({
  ...schema,
  description,
  properties: { ...schema?.properties, ...properties },
});

/** One of several schemas, told apart by `type`. */
const byType = (types: readonly JobType[], suffix: string, description: string): SchemaObject => {
  const references = types.map(
    (job) => [job.type, schemaReference(`${nameOf(job)}${suffix}`)] as const,
  );
  return {
    description,
    oneOf: references.map(([, reference]) => reference),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(references.map(([type, { $ref = '' }]) => [type, $ref] as const)),
    },
  };
};

/**
 * Puts one schema for each job type in place of the general `Submission` and `Job`, so that clients
 * that are generated from the description know the payload and the result of each.
 */
export const specialise = (schemas: Schemas, catalog: Catalog): Schemas => {
  const isOffered = (job: JobType) => catalog.offered(job.type) !== undefined;
  const variants = everyType(catalog).flatMap((job): [string, SchemaObject][] => {
    const name = nameOf(job);
    const type: SchemaObject = { type: 'string', const: job.type };
    const payload = schemaReference(`${name}Payload`);
    const result = { anyOf: [schemaReference(`${name}Result`), { type: 'null' as const }] };
    const properties = { type, payload };
    const submission = withProperties(schemas['Submission'], properties, job.summary);
    return [
      ...(isOffered(job) ? [[`${name}Submission`, submission] as [string, SchemaObject]] : []),
      [`${name}Job`, withProperties(schemas['Job'], { ...properties, result }, job.summary)],
    ];
  });
  return {
    ...schemas,
    ...Object.fromEntries(variants),
    Submission: byType(catalog.all, 'Submission', 'A job to be done, told apart by its type.'),
    BatchSubmission: withProperties(
      schemas['BatchSubmission'],
      {
        jobs: {
          ...schemas['BatchSubmission']?.properties?.['jobs'],
          items: schemaReference('Submission'),
        },
      },
      'Jobs to be done.',
    ),
    Job: byType(everyType(catalog), 'Job', 'A job as it stands now, told apart by its type.'),
  };
};
