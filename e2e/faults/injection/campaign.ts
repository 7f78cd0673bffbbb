import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../ledger/ledger.ts';
import type { Random } from '../random.ts';
import { type FaultName, faultNames, faults, type World } from './faults.ts';

/** How soon a fault is tried again that found nothing to hit, in milliseconds. */
const againMs = 100;

export interface CampaignOptions {
  world: World;
  random: Random;
  ledger: Ledger;
  /** Milliseconds from one fault to the next, at least and at most. */
  gapMs: readonly [min: number, max: number];
  /** The load is over: no further faults but those that have not been yet. */
  over: AbortSignal;
}

/** Every fault once, then the same again and again by weight. */
function* sequence(random: Random): Generator<FaultName, never> {
  // The one that takes longest comes first: the others happen meanwhile.
  const first = faultNames.filter((name) => name.startsWith('freeze'));
  const rest = faultNames.filter((name) => !first.includes(name));
  yield* random.shuffled(first);
  yield* random.shuffled(rest);
  const weights = faultNames.map((name) => [name, faults[name].weight] as const);
  for (;;) yield random.weighted(weights);
}

/** Breaks one thing after the other, often several at once, and resolves when all are whole again. */
export const runCampaign = async (options: CampaignOptions): Promise<void> => {
  const { world, random, ledger, gapMs, over } = options;
  const names = sequence(random);
  const underWay = new Set<Promise<void>>();
  let done = 0;
  while (done < faultNames.length || !over.aborted) {
    const fault = names.next().value;
    const own = random.fork(`${done} ${fault}`);
    let planned = faults[fault].plan(world, own);
    while (!planned) {
      await sleep(againMs);
      planned = faults[fault].plan(world, own);
    }
    ledger.append({ what: 'fault', fault, target: planned.target });
    const inflicted = planned.inflict().finally(() => underWay.delete(inflicted));
    underWay.add(inflicted);
    done += 1;
    await sleep(random.int(...gapMs));
  }
  await Promise.all(underWay);
};
