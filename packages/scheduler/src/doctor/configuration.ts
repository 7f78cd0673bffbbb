import { configuredLimits } from '@drover/jobs/operations/configured-limits';
import { type Config, ConfigError, type ExaminedConfig } from '@drover/shared/config';
import { configurationPage, type Finding, fail, problemsOr } from './findings.ts';

/** What names queues that there are not, or divides limits that cannot be. */
const problemsOfLimits = (config: Config): readonly string[] => {
  try {
    configuredLimits(config);
    return [];
  } catch (err) {
    if (err instanceof ConfigError) return err.problems;
    throw err;
  }
};

/** Whether every variable has a value that processes start with. */
export const lookAtConfiguration = ({ config, problems }: ExaminedConfig): readonly Finding[] => {
  const advice = 'Correct it where the processes get their environment from, and start them anew.';
  return problemsOr(
    [...problems, ...problemsOfLimits(config)].map((problem) =>
      fail(problem, { advice, see: configurationPage }),
    ),
    `every variable is valid (NODE_ENV=${config.production ? 'production' : 'development or test'})`,
  );
};
