import { type Contender, type Setting, type Slice, takeSlice } from './slice.ts';

/** Contenders under the same load. */
export interface Scenario {
  readonly title: string;
  readonly connections: number;
  /** Jobs that one answer speaks of. */
  readonly jobsPerAnswer: number;
  /** Least ratio to the bare server's rate that is promised, by contender. */
  readonly targets: Readonly<Record<string, number>>;
  /** Comes before each round. One of the contenders is called {@link bare}. */
  readonly contenders: () => Promise<readonly Contender[]>;
}

/** Name of the contender that the others are measured against. */
export const bare = 'bare';

/** Name of the contender that shows what a submission's checks cost by themselves. */
export const checked = 'bare + checks';

/** The slices of one round, by contender. */
export type Round = ReadonlyMap<string, readonly Slice[]>;

/**
 * Takes slices of each contender, in the order A B B A, so that whatever else the machine does over
 * time meets all alike. Every other round starts at the other end.
 */
export const takeRound = async (
  setting: Setting,
  { contenders, connections }: Scenario,
  { number, turns, ms }: { number: number; turns: number; ms: number },
): Promise<Round> => {
  const all = await contenders();
  const order = number % 2 === 0 ? all : all.toReversed();
  const round = new Map<string, Slice[]>(all.map(({ name }) => [name, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const contender of [...order, ...order.toReversed()]) {
      round.get(contender.name)?.push(await takeSlice(setting, contender, { connections, ms }));
    }
  }
  return round;
};
