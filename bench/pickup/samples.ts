import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Contenders } from './contender.ts';
import type { Moments } from './moments.ts';

/** Rest between two jobs, in milliseconds: by then the worker waits for work again. */
export const restMs = { min: 4, max: 16 } as const;

/** One job's way to its start, in milliseconds. A start before the acknowledgement is negative. */
export interface Sample {
  readonly sinceSubmission: number;
  readonly sinceAcknowledgement: number;
}

export type Round = Readonly<Record<keyof Contenders, readonly Sample[]>>;

const milliseconds = (from: bigint, to: bigint) => Number(to - from) / 1e6;

const rest = () => sleep(restMs.min + Math.random() * (restMs.max - restMs.min));

/** Has one job done; resolves when it has finished and the system has rested. */
const takeSample = async (contender: Contender, moments: Moments): Promise<Sample> => {
  const { id, sentAt, acknowledgedAt } = await contender.submit();
  const startedAt = await moments.of('started', id);
  await moments.of('ended', id);
  await rest();
  return {
    sinceSubmission: milliseconds(sentAt, startedAt),
    sinceAcknowledgement: milliseconds(acknowledgedAt, startedAt),
  };
};

/**
 * Has `jobs` jobs done by each contender, one at a time on an idle system. They take turns job by
 * job, so that whatever else the machine does meets both alike.
 */
export const takeRound = async (
  contenders: Contenders,
  moments: Moments,
  jobs: number,
): Promise<Round> => {
  const round = { drover: [] as Sample[], bare: [] as Sample[] };
  for (let job = 0; job < jobs; job += 1) {
    round.drover.push(await takeSample(contenders.drover, moments));
    round.bare.push(await takeSample(contenders.bare, moments));
  }
  return round;
};
