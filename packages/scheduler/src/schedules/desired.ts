import { publishAllDeclared } from '@drover/jobs/schedules/declared';
import {
  type ScheduleDefinition,
  scheduleFingerprint,
  scheduleKey,
} from '@drover/jobs/schedules/definition';
import type { SchedulePlace } from '@drover/jobs/schedules/place';
import { disabledDeclared, enabledFingerprints, findEnabled } from '@drover/jobs/schedules/table';
import type { Queryable } from '@drover/shared/database/in-transaction';

/** What should be in Redis. */
export interface Desired {
  /** Key and fingerprint of every schedule that is enabled. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Whether these are all: without Postgres only the declared ones are known. */
  readonly isComplete: boolean;
  /** Why Postgres could not be asked. */
  readonly cause?: unknown;
  /** Those of these keys that should be there now, asked again. */
  find(keys: readonly string[]): Promise<ScheduleDefinition[]>;
}

/**
 * Finds out what should be there: the declared schedules from the code, the others from Postgres. While
 * Postgres is away, the declared ones go on, as they were switched when it was last there.
 */
export const createDesired = (options: {
  declared: readonly ScheduleDefinition[];
  db: Queryable;
  place: SchedulePlace;
}) => {
  const { declared, db, place } = options;
  const byKey = new Map(declared.map((it) => [scheduleKey(it), it]));
  /** Undefined until Postgres has answered once: then it is not known which are switched off. */
  let disabled: ReadonlySet<string> | undefined;

  const enabledDeclared = () =>
    disabled === undefined ? [] : declared.filter(({ id }) => !disabled?.has(id));

  const publish = () =>
    publishAllDeclared(
      place,
      declared.map((definition) => ({
        definition,
        enabled: disabled?.has(definition.id) !== true,
      })),
    );

  const find: Desired['find'] = async (keys) => {
    const ours = enabledDeclared().filter((it) => keys.includes(scheduleKey(it)));
    const others = keys.filter((key) => !byKey.has(key));
    return others.length === 0 ? ours : [...ours, ...(await findEnabled(db, others))];
  };

  return async (): Promise<Desired> => {
    let kept = new Map<string, string>();
    let cause: unknown;
    try {
      disabled = await disabledDeclared(db);
      kept = await enabledFingerprints(db);
    } catch (err) {
      cause = err;
    }
    await publish();
    for (const definition of enabledDeclared()) {
      kept.set(scheduleKey(definition), scheduleFingerprint(definition));
    }
    const isComplete = cause === undefined;
    return { fingerprints: kept, isComplete, find, ...(!isComplete && { cause }) };
  };
};
