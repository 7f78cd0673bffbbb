import type { Phase } from '../sending/session.ts';
import { constant, rising, type Stage, warmUpMs } from './profile.ts';

/** A short rise, which is not judged, and a steady load for the rest of the time. */
export const steadily = async ({
  settings: { rate, for: ms },
  session,
  say,
}: Pick<Stage, 'settings' | 'session' | 'say'>): Promise<{ rise: Phase; steady: Phase }> => {
  const rise = await session.open({ name: 'rise', ms: warmUpMs(ms), rateAt: rising(rate) });
  say('steady…');
  const steady = await session.open({
    name: 'steady',
    ms: ms - warmUpMs(ms),
    rateAt: constant(rate),
  });
  await session.settled();
  return { rise, steady };
};
