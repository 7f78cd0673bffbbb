import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import type { ScheduleDefinition } from './definition.ts';

/** A schedule that stands in the scheduler's code, as the other processes see it. */
export interface DeclaredSchedule {
  readonly definition: ScheduleDefinition;
  readonly enabled: boolean;
}

interface Place {
  redis: RedisClient;
  keys: Keys;
}

/** What the schedulers have published; empty while none has run. */
export const readDeclared = async ({ redis, keys }: Place): Promise<DeclaredSchedule[]> =>
  Object.values(await redis.hgetall(keys.declaredSchedules)).map(
    (text) => JSON.parse(text) as DeclaredSchedule,
  );

export const findDeclared = async (
  { redis, keys }: Place,
  id: string,
): Promise<DeclaredSchedule | undefined> => {
  const text = await redis.hget(keys.declaredSchedules, id);
  return text === null ? undefined : (JSON.parse(text) as DeclaredSchedule);
};

/** Makes known that one is enabled or not. */
export const publishDeclared = async (
  { redis, keys }: Place,
  schedule: DeclaredSchedule,
): Promise<void> => {
  await redis.hset(keys.declaredSchedules, schedule.definition.id, JSON.stringify(schedule));
};

/** Makes known all that there are; those that are declared no longer go. */
export const publishAllDeclared = async (
  { redis, keys }: Place,
  schedules: readonly DeclaredSchedule[],
): Promise<void> => {
  const wanted = new Map(schedules.map((it) => [it.definition.id, JSON.stringify(it)]));
  const known = await redis.hgetall(keys.declaredSchedules);
  const gone = Object.keys(known).filter((id) => !wanted.has(id));
  const changed = [...wanted].filter(([id, text]) => known[id] !== text);
  if (gone.length > 0) await redis.hdel(keys.declaredSchedules, ...gone);
  if (changed.length > 0) await redis.hset(keys.declaredSchedules, Object.fromEntries(changed));
};
