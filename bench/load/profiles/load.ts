import { judge } from '../criteria.ts';
import { constant, type Profile, rising, warmUpMs } from './profile.ts';

/** A steady load after a short rise. */
export const load: Profile = async ({ settings: { rate, for: ms }, session, say }) => {
  say(`rising to ${rate} requests a second…`);
  const rise = await session.open({ name: 'rise', ms: warmUpMs(ms), rateAt: rising(rate) });
  say('steady…');
  const steady = await session.open({
    name: 'steady',
    ms: ms - warmUpMs(ms),
    rateAt: constant(rate),
  });
  await session.settled();
  return { phases: [rise, steady], criteria: judge(steady.tally.figures()), findings: [] };
};
