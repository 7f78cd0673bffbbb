import { z } from 'zod';
import { artifactsProblems } from './artifacts.ts';
import { redisProblems } from './redis-servers.ts';
import { access } from './sections/access.ts';
import { jobs } from './sections/jobs.ts';
import { observing } from './sections/observing.ts';
import { processes } from './sections/processes.ts';
import { stores } from './sections/stores.ts';

/**
 * Every environment variable that Drover reads, by section: the single source of the types, the
 * validation, the error messages and docs/reference/configuration.md. Inputs are strings, as the
 * environment gives them; an empty value counts as unset.
 */
export const sections = {
  Processes: processes,
  Stores: stores,
  Access: access,
  Jobs: jobs,
  Observing: observing,
};

/** Every variable by itself. */
export const environment = z.object({
  ...sections.Processes,
  ...sections.Stores,
  ...sections.Access,
  ...sections.Jobs,
  ...sections.Observing,
});

/** Schema of the whole environment: also what variables need of one another. */
export const wholeEnvironment = environment.superRefine((env, context) => {
  for (const { name, message } of [...artifactsProblems(env), ...redisProblems(env)]) {
    context.addIssue({ code: 'custom', path: [name], message });
  }
});

export type Environment = z.output<typeof environment>;
export const variableNames = Object.keys(environment.shape);
