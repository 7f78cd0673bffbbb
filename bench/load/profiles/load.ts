import { judge } from '../criteria.ts';
import type { Profile } from './profile.ts';
import { steadily } from './steadily.ts';

/** A steady load after a short rise. */
export const load: Profile = async (stage) => {
  stage.say(`rising to ${stage.settings.rate} requests a second…`);
  const { rise, steady } = await steadily(stage);
  return { phases: [rise, steady], criteria: judge(steady.tally.figures()), findings: [] };
};
