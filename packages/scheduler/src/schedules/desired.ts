import { publishAllDeclared } from '@drover/jobs/schedules/declared';
import {
  type ScheduleDefinition,
  scheduleFingerprint,
  scheduleKey,
  systemTenant,
} from '@drover/jobs/schedules/definition';
import type { SchedulePlace } from '@drover/jobs/schedules/place';
import {
  disabledDeclared,
  enabledFingerprints,
  findEnabled,
  holdTenants,
} from '@drover/jobs/schedules/table';
import {
  inTransaction,
  type Queryable,
  type Transactional,
} from '@drover/shared/database/in-transaction';

/** What should be in Redis. */
export interface Desired {
  /** Key and fingerprint of every schedule that is enabled. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Whether these are all: without Postgres only the declared ones are known. */
  readonly isComplete: boolean;
  /** Why Postgres could not be asked. */
  readonly cause?: unknown;
  /** Does something with those of these keys that should be there, while nobody changes them. */
  holding<T>(
    keys: readonly string[],
    use: (definitions: readonly ScheduleDefinition[]) => Promise<T>,
  ): Promise<T>;
}

const tenantOf = (key: string): string => key.split('/')[0] ?? '';

/**
 * Finds out what should be there: the declared schedules from the code, the others from Postgres. While
 * Postgres is away, the declared ones go on, as they were switched when it was last there.
 */
export const createDesired = (options: {
  declared: readonly ScheduleDefinition[];
  db: Transactional;
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

  const enabledAmong = (keys: readonly string[]) =>
    enabledDeclared().filter((it) => keys.includes(scheduleKey(it)));

  const find = async (client: Queryable, keys: readonly string[]) => {
    disabled = await disabledDeclared(client);
    const others = keys.filter((key) => !byKey.has(key));
    const kept = others.length === 0 ? [] : await findEnabled(client, others);
    return [...enabledAmong(keys), ...kept];
  };

  const holding: Desired['holding'] = (keys, use) =>
    inTransaction(db, async (client) => {
      await holdTenants(client, keys.map(tenantOf));
      return use(await find(client, keys));
    });

  const readKept = () =>
    inTransaction(db, async (client) => {
      await holdTenants(client, [systemTenant]);
      disabled = await disabledDeclared(client);
      const kept = await enabledFingerprints(client);
      await publish();
      return kept;
    });

  return async (): Promise<Desired> => {
    let kept = new Map<string, string>();
    let cause: unknown;
    try {
      kept = await readKept();
    } catch (err) {
      cause = err;
      await publish();
    }
    for (const definition of enabledDeclared()) {
      kept.set(scheduleKey(definition), scheduleFingerprint(definition));
    }
    if (cause === undefined) return { fingerprints: kept, isComplete: true, holding };
    return {
      fingerprints: kept,
      isComplete: false,
      cause,
      holding: (keys, use) => use(enabledAmong(keys)),
    };
  };
};
