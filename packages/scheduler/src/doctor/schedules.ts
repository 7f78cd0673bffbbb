import { type Catalog, createCatalog } from '@drover/jobs/catalog';
import { readDeclared } from '@drover/jobs/schedules/declared';
import { scheduleFingerprint, scheduleKey } from '@drover/jobs/schedules/definition';
import type { SchedulePlace } from '@drover/jobs/schedules/place';
import { enabledFingerprints, scheduledTypes } from '@drover/jobs/schedules/table';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { compare, type Findings } from '../schedules/findings.ts';
import { inspect } from '../schedules/inspect.ts';
import { createStepCheck } from '../schedules/steps.ts';
import { counted, type Finding, fail, problemsOr, runbook, someOf, warn } from './findings.ts';

type Place = Pick<SchedulePlace, 'redis' | 'keys'>;

const words: Record<Exclude<keyof Findings, 'overdue'>, string> = {
  missing: 'not armed',
  outdated: 'armed as they were before they were changed',
  silent: 'silent: the job that fires them is gone',
  outOfStep: 'waiting for a later slot than their next one',
};

const ofFindings = (findings: Findings): Finding[] => {
  const broken = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) => {
    const keys = findings[kind];
    if (keys.length === 0) return [];
    return [
      fail(`${counted(keys.length, 'schedule')} ${words[kind]}: ${someOf(keys)}`, {
        advice: 'A scheduler sets that right within a minute: is one running?',
        see: runbook('DroverSchedulerSilent'),
      }),
    ];
  });
  const { overdue } = findings;
  if (overdue.length === 0) return broken;
  return [
    ...broken,
    fail(`${counted(overdue.length, 'schedule')} overdue: ${someOf(overdue)}`, {
      advice: 'Workers fire them: is one running, and what does its log say?',
      see: runbook('DroverSchedulesOverdue'),
    }),
  ];
};

const compareWith = async (
  place: Place,
  wanted: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> => {
  const installed = await inspect(place, [...wanted.keys()]);
  return problemsOr(
    ofFindings(compare(wanted, installed, { now: Date.now(), isInStep: createStepCheck() })),
    `${counted(wanted.size, 'schedule')} enabled, each will fire`,
  );
};

/** Those that stand in the scheduler's code, as it has made them known. */
export const lookAtDeclared = async (place: Place): Promise<readonly Finding[]> => {
  const declared = await readDeclared(place);
  if (declared.length === 0) {
    const advice = 'Start a scheduler: it makes its schedules known when it first runs.';
    return [
      warn('no scheduler has run here yet', { advice, see: runbook('DroverSchedulerSilent') }),
    ];
  }
  const enabled = declared.filter((it) => it.enabled).map(({ definition }) => definition);
  return compareWith(
    place,
    new Map(enabled.map((it) => [scheduleKey(it), scheduleFingerprint(it)])),
  );
};

/** Those that were made over the API. */
export const lookAtKept = async (place: Place, pool: Queryable): Promise<readonly Finding[]> =>
  compareWith(place, await enabledFingerprints(pool));

/** Those whose job type is there no longer. */
export const lookAtUnrunnable = async (
  pool: Queryable,
  { production }: { production: boolean },
): Promise<readonly Finding[]> => {
  const catalog: Catalog = createCatalog({ production });
  const gone = [...(await scheduledTypes(pool))].filter(([type]) => !catalog.offered(type));
  return problemsOr(
    gone.map(([type, keys]) =>
      warn(`no such job type as "${type}", of ${someOf(keys)}: their slots are refused`, {
        advice: 'Bring the type back, or change or remove the schedules.',
        see: 'docs/guides/schedules.md',
      }),
    ),
    'the job types of all schedules are there',
  );
};
