import { type Criterion, judge, judgeErrors, latencyLimitsMs } from '../criteria.ts';
import type { Point } from '../timeline.ts';
import { constant, type Profile, rising, warmUpMs } from './profile.ts';

const defaultFactor = 10;

/**
 * How long after a moment the points were last over a limit; 0 when they never were, undefined when
 * they still are at the end.
 */
export const recoveryMs = (points: readonly Point[], fromMs: number): number | undefined => {
  const later = points.filter(({ atMs }) => atMs >= fromMs);
  const isCalm = ({ p95, failed, refused }: Point) =>
    p95 < latencyLimitsMs.p95 && failed + refused === 0;
  const last = later.findLastIndex((point) => !isCalm(point));
  if (last === -1) return 0;
  const calm = later[last + 1];
  return calm && calm.atMs - fromMs;
};

const named = (where: string, criteria: readonly Criterion[]): Criterion[] =>
  criteria.map(({ name, ...rest }) => ({ name: `${where}: ${name}`, ...rest }));

/** The usual load, a multiple of it all at once, and the usual load again. */
export const spike: Profile = async ({ settings, session, say }) => {
  const { rate, for: ms, factor = defaultFactor } = settings;
  const rise = await session.open({ name: 'rise', ms: warmUpMs(ms), rateAt: rising(rate) });
  say(`${rate} requests a second…`);
  const rateAt = constant(rate);
  const before = await session.open({ name: 'before', ms: ms / 5, rateAt });
  say(`${rate * factor} requests a second…`);
  const height = await session.open({
    name: 'spike',
    ms: ms / 5,
    rateAt: constant(rate * factor),
  });
  say(`${rate} requests a second again…`);
  const recovering = await session.open({ name: 'recovering', ms: ms / 5, rateAt });
  const after = await session.open({
    name: 'after',
    ms: (ms * 2) / 5 - warmUpMs(ms),
    rateAt,
  });
  await session.settled();

  const took = recoveryMs(session.timeline.points(), height.toMs);
  return {
    phases: [rise, before, height, recovering, after],
    criteria: [
      ...named('before', judge(before.tally.figures())),
      ...named('spike', [judgeErrors(height.tally.figures())]),
      ...named('recovering', [judgeErrors(recovering.tally.figures())]),
      ...named('after', judge(after.tally.figures())),
    ],
    findings: [
      took === undefined
        ? 'It had not recovered at the end.'
        : `It had recovered ${(took / 1_000).toFixed(0)} s after the spike.`,
    ],
    marks: [
      { atMs: height.fromMs, name: 'spike' },
      { atMs: height.toMs, name: 'over' },
    ],
  };
};
