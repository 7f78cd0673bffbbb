import { describeMachine } from '../../machine.ts';
import type { Criterion } from '../criteria.ts';
import type { Verdict } from '../profiles/profile.ts';
import type { Phase, Session } from '../sending/session.ts';
import type { ProfileName, Settings } from '../settings.ts';
import type { Figures } from '../tally.ts';
import type { Point } from '../timeline.ts';
import type { ProcessCourse } from '../watching/watch-processes.ts';

/** The figures of a part of a test. */
export type NamedFigures = Figures & { readonly name: string };

/** All that a report says, in any format. It has no key in it. */
export interface Result {
  readonly profile: ProfileName;
  readonly hasPassed: boolean;
  /** Why the test ended before its time. */
  readonly cutShort?: string;
  readonly urls: readonly string[];
  readonly mix: Settings['mix'];
  readonly startedAt: string;
  /** In milliseconds. */
  readonly lasted: number;
  /** The machine that made the load. */
  readonly machine: ReturnType<typeof describeMachine>;
  readonly criteria: readonly Criterion[];
  readonly findings: readonly string[];
  readonly phases: readonly (NamedFigures & { readonly perSecond: number })[];
  readonly calls: readonly NamedFigures[];
  readonly reasons: Readonly<Record<string, number>>;
  readonly points: readonly Point[];
  readonly processes: readonly ProcessCourse[];
  readonly marks: readonly { readonly atMs: number; readonly name: string }[];
}

/** So late a generator spoils what it measures, in milliseconds. */
const tooLateMs = 50;

const phaseOf = ({ name, tally, fromMs, toMs }: Phase) => {
  const figures = tally.figures();
  return { name, ...figures, perSecond: (figures.ok * 1_000) / (toMs - fromMs) };
};

const lateness = (ms: number): string[] =>
  ms < tooLateMs
    ? []
    : [
        `This process sent requests late itself (p99 ${ms.toFixed(0)} ms): the figures are worse than the server. Make the load on another machine, or less of it.`,
      ];

const limited = (reasons: ReadonlyMap<string, number>): string[] =>
  [...reasons.keys()].some((reason) => reason.startsWith('429'))
    ? ["429: the tenant used up its tier's limit. Use a key of the tier unlimited."]
    : [];

export const resultOf = (options: {
  readonly settings: Settings;
  readonly session: Session;
  readonly verdict: Verdict;
  readonly processes: readonly ProcessCourse[];
  readonly complaints: readonly string[];
  readonly startedAt: Date;
}): Result => {
  const { settings, session, verdict, processes, complaints, startedAt } = options;
  const { reason, aborted } = session.signal;
  const isMet = verdict.criteria.length > 0 && verdict.criteria.every((it) => it.isMet);
  return {
    profile: settings.profile,
    hasPassed: isMet && !aborted,
    ...(aborted && { cutShort: reason instanceof Error ? reason.message : String(reason) }),
    urls: settings.url.map(({ href }) => href),
    mix: settings.mix,
    startedAt: startedAt.toISOString(),
    lasted: Math.round(session.now()),
    machine: describeMachine(),
    criteria: verdict.criteria,
    findings: [
      ...verdict.findings,
      ...lateness(session.lateMs()),
      ...limited(session.reasons),
      ...complaints,
    ],
    phases: verdict.phases.map(phaseOf),
    calls: [...session.byCall]
      .map(([name, tally]) => ({ name, ...tally.figures() }))
      .filter(({ sent }) => sent > 0),
    reasons: Object.fromEntries([...session.reasons].toSorted(([, a], [, b]) => b - a)),
    points: session.timeline.points(verdict.phases.at(-1)?.toMs),
    processes,
    marks: verdict.marks ?? [],
  };
};
