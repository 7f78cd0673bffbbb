import { fieldErrors, toPointer } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import type { Catalog } from '@drover/jobs/catalog';
import { targetFault, type WebhookIntake } from '@drover/jobs/webhooks/attach';
import { matchesType } from '@drover/jobs/webhooks/interest';
import { type FieldError, Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import type { z } from 'zod';

const invalid = (errors: readonly FieldError[]) =>
  new Problem('invalid-submission', 'The webhook endpoint is not valid.', { errors });

/** @throws Problem `invalid-submission`, with a pointer to each fault. */
export const parseBody = <S extends z.ZodType>(schema: S, body: unknown): z.output<S> => {
  checkFitness(body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid(fieldErrors(parsed.error));
};

/** A pattern that stands for no type is a slip of the pen: nothing would ever be told. */
const patternFaults = (patterns: readonly string[], { names }: Catalog): FieldError[] =>
  patterns.flatMap((pattern, at) =>
    names.some((name) => matchesType(pattern, name))
      ? []
      : [
          {
            pointer: toPointer(['types', at]),
            message: `no job type is "${pattern}".${didYouMean(pattern, names)}`,
          },
        ],
  );

/** @throws Problem `invalid-submission` for a URL that jobs may not reach, or types that there are not. */
export const checkEndpoint = (
  { url, types }: { url?: string | undefined; types?: readonly string[] | null | undefined },
  { catalog, webhooks }: { catalog: Catalog; webhooks: Pick<WebhookIntake, 'mayReach'> },
): void => {
  const unreachable = url === undefined ? undefined : targetFault(webhooks, url, ['url']);
  const faults = [...(unreachable ? [unreachable] : []), ...patternFaults(types ?? [], catalog)];
  if (faults.length > 0) throw invalid(faults);
};
