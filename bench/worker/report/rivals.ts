import { type Promised, promises } from '../../http/report/promise.ts';
import { machineLine } from '../../machine.ts';
import { median } from '../../percentiles.ts';
import type { Findings } from '../../run-bench.ts';
import { type Row, table } from '../../table.ts';
import type { Feats, Rivals, RivalsRound } from '../rivals.ts';

const ours = 'Drover';

const figuresOf = ({ rounds, plan }: Rivals, name: string) => {
  const ofRounds = (of: (feats: Feats) => number) =>
    median(rounds.map((round) => of(round.get(name) as Feats)));
  return {
    name,
    enqueued: ofRounds(({ enqueue }) => plan.jobs / enqueue.seconds),
    executed: ofRounds(({ execute }) => plan.jobs / execute.seconds),
    workerMicroseconds: ofRounds(({ execute }) => (1e6 * execute.cpuSeconds) / plan.jobs),
  };
};

const leadOver = (rounds: readonly RivalsRound[], name: string): readonly number[] =>
  rounds.map((round) => {
    const secondsOf = (whose: string) => round.get(whose)?.execute.seconds ?? Number.NaN;
    return secondsOf(name) / secondsOf(ours);
  });

const namesOf = ({ rounds }: Rivals) => [...(rounds[0]?.keys() ?? [])];

export const rivalsPromises = (results: Rivals): Promised[] =>
  namesOf(results)
    .filter((name) => name !== ours)
    .map((name) => {
      const leads = leadOver(results.rounds, name);
      return {
        name: `jobs executed, to ${name}`,
        figure: median(leads).toFixed(2),
        note: leads.map((it) => it.toFixed(2)).join(' '),
        target: '> 1.00',
        isMet: median(leads) > 1,
      };
    });

export const rivalsFindings = (results: Rivals): Findings => {
  const { plan, machine } = results;
  const figures = namesOf(results).map((name) => figuresOf(results, name));
  const text = [
    table([
      ['No-op jobs a second', 'enqueued', 'executed', 'worker'],
      ...figures.map(
        ({ name, enqueued, executed, workerMicroseconds }): Row => [
          `  ${name}`,
          enqueued.toFixed(0),
          executed.toFixed(0),
          workerMicroseconds.toFixed(0),
        ],
      ),
    ]),
    promises('Lead', rivalsPromises(results)),
    [
      "worker: the executing process's processor time for one job, in microseconds. One process of each,",
      `with the settings that its documents call fast (bench/worker/rivals/); Drover with concurrency ${plan.concurrency}.`,
      'Jobs are added in batches of 1 000: by the rivals’ own calls, to Drover over HTTP. Redis appends to',
      'its file and syncs every second; Postgres syncs every commit, its default and that of `npm start`.',
      `${plan.rounds} rounds of ${plan.jobs} jobs each, after ${plan.warmUpJobs} to warm up.`,
      `${machineLine(machine)}, Redis ${machine.redis}`,
    ].join('\n'),
  ].join('\n\n');
  const byRound = namesOf(results).map((name) => ({
    name,
    rounds: results.rounds.map((round) => round.get(name)),
  }));
  return { json: { plan, machine, figures, byRound, promises: rivalsPromises(results) }, text };
};
