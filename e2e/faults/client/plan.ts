import type { JobStatus } from '../../../packages/jobs/src/contract/job-resource.ts';
import type { SubmissionOptionsInput } from '../../../packages/jobs/src/contract/submission.ts';
import { permanentCode, type WorkPayload, workTypeNames } from '../processes/job-types.ts';
import type { Random } from '../random.ts';

/** One thing that the client wants done. */
export interface Wish {
  /** Its number; its job says it in its payload. */
  readonly n: number;
  readonly kind: WishKind;
  readonly type: string;
  readonly payload: WorkPayload;
  readonly options?: SubmissionOptionsInput;
  /** Cancel the job so long after it was accepted, in milliseconds. */
  readonly cancelAfterMs?: number;
  /** How the job may end, apart from its workers dying too often. */
  readonly ends: readonly JobStatus[];
  /** Code of the error with which it fails. */
  readonly errorCode?: string;
}

/** One request of the client: a job, or several in a batch. */
export interface PlannedRequest {
  readonly wishes: readonly [Wish, ...Wish[]];
  readonly isBatch: boolean;
  /** Its Idempotency-Key: it is sent again under the same one until it is answered. */
  readonly key?: string;
  /** Sent a second time although it was answered, or at the same time, to another API. */
  readonly repeated: 'not' | 'at once' | 'later';
}

type Made = Partial<Omit<Wish, 'n' | 'kind' | 'type' | 'payload'>> & {
  payload?: Partial<WorkPayload>;
};

const makers = {
  plain: () => ({}),
  prioritized: (random: Random) => ({ options: { priority: random.int(1, 10) } }),
  delayed: (random: Random) => ({ options: { delay: random.int(200, 4_000) } }),
  long: (random: Random) => ({ payload: { ms: random.int(1_000, 5_000) } }),
  flaky: (random: Random) => ({ payload: { failures: random.int(1, 3) } }),
  exhausted: (random: Random) => ({
    payload: { failures: 100 },
    options: { attempts: random.int(1, 3) },
    ends: ['failed'],
    errorCode: 'error',
  }),
  permanent: () => ({
    payload: { failures: 100, permanent: true },
    ends: ['failed'],
    errorCode: permanentCode,
  }),
  timeout: (random: Random) => ({
    payload: { ms: 60_000 },
    options: { timeout: random.int(100, 500), attempts: random.int(1, 2) },
    ends: ['failed'],
    errorCode: 'timeout',
  }),
  canceled: (random: Random) => ({
    payload: { ms: random.int(0, 4_000) },
    ...(random.chance(0.5) && { options: { delay: random.int(200, 2_000) } }),
    cancelAfterMs: random.int(0, 2_000),
    ends: ['canceled', 'succeeded'],
  }),
  expiring: (random: Random) => ({
    options: { delay: 500, expiresIn: random.int(501, 1_500) },
    ends: ['expired', 'succeeded'],
  }),
} satisfies Record<string, (random: Random) => Made>;

export type WishKind = keyof typeof makers | 'probe';

const weights: readonly (readonly [keyof typeof makers, number])[] = [
  ['plain', 42],
  ['prioritized', 8],
  ['delayed', 10],
  ['long', 8],
  ['flaky', 10],
  ['exhausted', 4],
  ['permanent', 5],
  ['timeout', 3],
  ['canceled', 7],
  ['expiring', 3],
];

const makeWish = (n: number, random: Random): Wish => {
  const kind = random.weighted(weights);
  const { payload, ends = ['succeeded'], ...more }: Made = makers[kind](random);
  return {
    n,
    kind,
    type: random.pick(workTypeNames),
    payload: { n, ms: random.int(0, 40), ...payload },
    ends,
    ...more,
  };
};

const isKeyedShare = 0.5;
const isBatchShare = 0.05;

/** All that the client will ask for, in order: so many jobs, some of them in batches. */
export const planRequests = (seed: Random, jobs: number): PlannedRequest[] => {
  const requests: PlannedRequest[] = [];
  let n = 0;
  while (n < jobs) {
    const random = seed.fork(`request ${n}`);
    const isBatch = random.chance(isBatchShare);
    const size = isBatch ? Math.min(random.int(2, 20), jobs - n) : 1;
    const wishes = Array.from({ length: size }, (_, i) => makeWish(n + i, random));
    const isKeyed = random.chance(isKeyedShare);
    requests.push({
      wishes: wishes as [Wish, ...Wish[]],
      isBatch,
      ...(isKeyed && { key: `faults-${n}` }),
      repeated: isKeyed
        ? random.weighted([
            ['not', 7],
            ['at once', 2],
            ['later', 1],
          ] as const)
        : 'not',
    });
    n += size;
  }
  return requests;
};

/** So many that each queue of each partition gets some, for all practical purposes. */
const probesOfType = 16;

/** What an API is asked for to see whether it takes jobs again; numbered from `first`. */
export const planProbes = (first: number): PlannedRequest[] =>
  workTypeNames.flatMap((type, t) =>
    Array.from({ length: probesOfType }, (_, i) => {
      const n = first + t * probesOfType + i;
      const wish: Wish = { n, kind: 'probe', type, payload: { n, ms: 0 }, ends: ['succeeded'] };
      return { wishes: [wish] as const, isBatch: false, repeated: 'not' as const };
    }),
  );
