import { startRole } from '../drover.ts';
import { startGenerator } from '../http/load/start-generator.ts';
import { submissions } from '../http/requests.ts';
import { takeSlice } from '../http/slice.ts';
import { type Resources, say } from '../run-bench.ts';
import { startDrover } from '../worker/contestant.ts';
import { lineUp, runJobs } from '../worker/run-jobs.ts';
import { type System, startSystem } from './systems.ts';

/** Slices are short and in turns, because a busy machine changes from second to second. */
export const plan = {
  rounds: 3,
  submit: { connections: 50, ms: 1_200 },
  execute: { concurrency: 100, jobs: 5_000 },
} as const;

/**
 * Without a history; with one that is recorded afterwards, as where the recorder has a processor of its
 * own; and with the recorder and its Postgres beside what is measured.
 */
export const modes = ['off', 'on, recorded elsewhere', 'on, recorded beside it'] as const;
export type Mode = (typeof modes)[number];

/** Jobs and seconds of one slice; processor time of all but what is measured and Redis, in seconds. */
export interface RateSlice {
  readonly jobs: number;
  readonly seconds: number;
  readonly others: number;
}

export type Rates = Readonly<Record<Mode, readonly RateSlice[]>>;

type Take = (system: 'on' | 'off') => Promise<RateSlice>;

interface Turn {
  readonly mode: Mode;
  /** Whether it is one of a round; before these, each system is warmed up. */
  readonly counts: boolean;
}

/** There and back, round by round. */
const turns: readonly Turn[] = [
  { mode: 'on, recorded beside it', counts: false },
  { mode: 'off', counts: false },
  ...Array.from({ length: plan.rounds }, (_, round) =>
    (round % 2 === 0 ? modes : modes.toReversed()).map((mode) => ({ mode, counts: true })),
  ).flat(),
];

/** Has a slice taken in each turn. */
const takeRounds = async (history: System, take: Take): Promise<Rates> => {
  const rates: Record<Mode, RateSlice[]> = {
    off: [],
    'on, recorded elsewhere': [],
    'on, recorded beside it': [],
  };
  for (const { mode, counts } of turns) {
    await history.recorded();
    if (mode !== 'on, recorded beside it') history.hold();
    const slice = await take(mode === 'off' ? 'off' : 'on').finally(() => history.release());
    if (counts) rates[mode].push(slice);
  }
  await history.recorded();
  return rates;
};

const measureSubmitting = async (
  resources: Resources,
  systems: Readonly<Record<'on' | 'off', System>>,
): Promise<Rates> => {
  say('submitting…');
  const generator = await startGenerator(resources);
  const start = ({ servers, env }: System) => startRole('api', resources, servers, { env });
  const apis = { on: await start(systems.on), off: await start(systems.off) };
  const { connections, ms } = plan.submit;
  const nothing = async () => undefined;
  return takeRounds(systems.on, async (which) => {
    const { url, pid } = apis[which];
    const contender = {
      name: which,
      pid,
      requests: submissions(url),
      prepare: nothing,
      verify: nothing,
    };
    const setting = { generator, redisPid: systems[which].redis.pid };
    const slice = await takeSlice(setting, contender, { connections, ms });
    return { jobs: slice.answers, seconds: slice.seconds, others: slice.processor.others };
  });
};

const measureExecuting = async (
  resources: Resources,
  systems: Readonly<Record<'on' | 'off', System>>,
): Promise<Rates> => {
  say('executing…');
  const { concurrency, jobs } = plan.execute;
  const start = ({ servers, env }: System) => startDrover(resources, servers, { concurrency, env });
  const workers = { on: await start(systems.on), off: await start(systems.off) };
  return takeRounds(systems.on, async (which) => {
    const worker = workers[which];
    await lineUp(worker, jobs);
    const slice = await runJobs(worker, systems[which].redis, { jobs, concurrency });
    systems.on.release();
    await systems.on.recorded();
    await worker.queue.clean(0, Number.MAX_SAFE_INTEGER, 'completed');
    return { jobs, seconds: slice.seconds, others: slice.processor.others };
  });
};

/** Rates of submitting and of executing, with and without a history. */
export const measureRates = async (
  resources: Resources,
): Promise<Readonly<Record<'submit' | 'execute', Rates>>> => {
  const [on, off] = await Promise.all([
    startSystem(resources, { history: true }),
    startSystem(resources, { history: false }),
  ]);
  const systems = { on, off };
  return {
    submit: await measureSubmitting(resources, systems),
    execute: await measureExecuting(resources, systems),
  };
};
