import { allMet, type Criterion, judge } from '../criteria.ts';
import type { Phase } from '../sending/session.ts';
import { constant, type Profile, rising } from './profile.ts';

const defaultFactor = 1.5;
const warmUpForMs = 2_000;

/** How often the stretch between the last rate that passed and the first that failed is halved. */
const halvings = 3;

/** What the system gets to recover after a step that it failed, beyond the last answer. */
const restMs = 3_000;

/** Says where the knee is. A knee that nothing was asked of is met by the first step. */
const judgeKnee = (knee: number | undefined, wanted: number): Criterion => ({
  name: `knee >= ${wanted} requests a second`,
  seen: knee === undefined ? 'the first step failed' : `${Math.round(knee)} a second`,
  isMet: knee !== undefined && knee >= wanted,
});

/** Steps up until the criteria fail, then halves the distance to where they did not. */
export const stress: Profile = async ({ settings, session, say }) => {
  const { rate: first, for: ms, factor = defaultFactor, max, expect } = settings;
  const phases: Phase[] = [];
  const carries = async (perSecond: number): Promise<boolean> => {
    const name = `${Math.round(perSecond)}/s`;
    const phase = await session.open({ name, ms, rateAt: constant(perSecond) });
    await session.settled();
    phases.push(phase);
    const isCarried = !session.signal.aborted && allMet(judge(phase.tally.figures()));
    say(`${name}: ${isCarried ? 'carried' : 'not carried'}`);
    if (!isCarried) await session.settled(restMs);
    return isCarried;
  };

  await session.open({ name: 'warm-up', ms: warmUpForMs, rateAt: rising(first) });
  let knee: number | undefined;
  let over: number | undefined;
  for (
    let rate = first;
    over === undefined && rate <= max && !session.signal.aborted;
    rate *= factor
  ) {
    if (await carries(rate)) knee = rate;
    else over = rate;
  }
  for (let n = 0; n < halvings && knee && over && !session.signal.aborted; n += 1) {
    const middle = (knee + over) / 2;
    if (await carries(middle)) knee = middle;
    else over = middle;
  }
  return {
    phases,
    criteria: [judgeKnee(knee, expect ?? first)],
    findings: findingsOf(knee, over),
    marks: phases.map(({ name, fromMs }) => ({ atMs: fromMs, name })),
  };
};

const findingsOf = (knee: number | undefined, over: number | undefined): string[] => {
  if (knee === undefined)
    return ['Not even the first step was carried: begin with a lower --rate.'];
  const carried = `${Math.round(knee)} requests a second were carried`;
  return over === undefined
    ? [`${carried}, and no step failed: the knee is higher. Raise --max.`]
    : [`The knee: ${carried}, ${Math.round(over)} were not.`];
};
