import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../processes/fleet.ts';
import type { Member, Role } from '../processes/member.ts';
import type { MortalRedis, StoppablePostgres } from '../processes/store.ts';
import type { Random } from '../random.ts';

/** What can be broken. */
export interface World {
  readonly fleet: Fleet;
  readonly redis: MortalRedis;
  readonly postgres: StoppablePostgres;
  /** How long Postgres is away when it is stopped, in milliseconds. */
  readonly postgresDownMs: readonly [min: number, max: number];
}

/** A fault that is about to happen. */
export interface Planned {
  /** What it hits, for the ledger. */
  readonly target: string;
  /** Breaks it; resolves when it is whole again, as far as that is ours to do. */
  inflict(): Promise<void>;
}

/**
 * @param random of this fault alone.
 * @returns undefined when everything that it could hit is being broken already.
 */
type Plan = (world: World, random: Random) => Planned | undefined;

const unlessBusy = (
  member: Member | undefined,
  inflict: (member: Member) => Promise<void>,
): Planned | undefined => {
  if (!member) return undefined;
  member.busy = true;
  return {
    target: member.name,
    inflict: async () => {
      try {
        await inflict(member);
      } finally {
        member.busy = false;
      }
    },
  };
};

/** Hits one process of these roles. */
const onOne =
  (roles: readonly Role[], inflict: (member: Member, random: Random) => Promise<void>): Plan =>
  ({ fleet }, random) => {
    const free = fleet.members.filter(({ role, busy }) => roles.includes(role) && !busy);
    return unlessBusy(random.pick(free), (member) => inflict(member, random));
  };

const kill = (role: Role): Plan => onOne([role], (member) => member.end('SIGKILL'));
const stop = (role: Role): Plan => onOne([role], (member) => member.end('SIGTERM'));

/** @param range how long, in milliseconds. */
const freeze = (role: Role, range: readonly [min: number, max: number]): Plan =>
  onOne([role], async (member, random) => {
    member.signal('SIGSTOP');
    await sleep(random.int(...range));
    member.signal('SIGCONT');
  });

const everyone: readonly Role[] = ['api', 'worker', 'scheduler'];

const isDown = new WeakSet<object>();

const killRedis: Plan = ({ redis }, random) => {
  if (isDown.has(redis)) return undefined;
  isDown.add(redis);
  const downMs = random.int(0, 2_000);
  return {
    target: 'redis',
    inflict: async () => {
      await redis.crash(downMs);
      isDown.delete(redis);
    },
  };
};

const stopPostgres: Plan = ({ postgres, postgresDownMs }, random) => {
  if (isDown.has(postgres)) return undefined;
  isDown.add(postgres);
  const downMs = random.int(...postgresDownMs);
  return {
    target: 'postgres',
    inflict: async () => {
      await postgres.restart(downMs);
      isDown.delete(postgres);
    },
  };
};

/** All connections of all processes at once, as when a switch is restarted. */
const cutAll: Plan = ({ fleet }) => ({
  target: 'all',
  inflict: async () => {
    for (const { proxy } of fleet.members) proxy.drop();
  },
});

/**
 * Longer than a lock lives (8 s) and than its job takes to be found by another worker (14 s); the
 * shorter ones end in between.
 */
const pastTheLock = [9_000, 17_000] as const;

/** The faults by name, with how often each is to be chosen. */
export const faults = {
  'kill -9 a worker': { weight: 3, plan: kill('worker') },
  'kill -9 an API': { weight: 3, plan: kill('api') },
  'kill -9 a scheduler': { weight: 1, plan: kill('scheduler') },
  'kill -9 Redis': { weight: 2, plan: killRedis },
  'stop Postgres': { weight: 1, plan: stopPostgres },
  'freeze a worker past its locks': { weight: 2, plan: freeze('worker', pastTheLock) },
  'freeze an API': { weight: 1, plan: freeze('api', [1_000, 6_000]) },
  'SIGTERM a worker': { weight: 2, plan: stop('worker') },
  'SIGTERM an API': { weight: 2, plan: stop('api') },
  'SIGTERM a scheduler': { weight: 1, plan: stop('scheduler') },
  'cut one off Redis': { weight: 2, plan: onOne(everyone, async ({ proxy }) => proxy.drop()) },
  'cut all off Redis': { weight: 1, plan: cutAll },
  'half-open connections': {
    weight: 2,
    plan: onOne(everyone, async ({ proxy }) => proxy.silence()),
  },
  'no packets pass for a while': {
    weight: 2,
    plan: onOne(everyone, async ({ proxy }, random) => {
      proxy.isolate();
      await sleep(random.int(500, 12_000));
      proxy.restore();
    }),
  },
} satisfies Record<string, { weight: number; plan: Plan }>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as readonly FaultName[];
