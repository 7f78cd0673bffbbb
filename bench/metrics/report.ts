import type { describeMachine } from '../machine.ts';
import { median } from '../percentiles.ts';
import { type Row, table } from '../table.ts';
import type { Slice } from './measure.ts';

export interface Results {
  readonly plan: { readonly jobs: number; readonly rounds: number };
  readonly machine: ReturnType<typeof describeMachine>;
  readonly slices: ReadonlyMap<string, readonly Slice[]>;
}

type Figure = (samples: readonly number[]) => number;

const figureOf = (slices: readonly Slice[], figure: Figure): Slice => ({
  perSubmit: figure(slices.map(({ perSubmit }) => perSubmit)),
  perJob: figure(slices.map(({ perJob }) => perJob)),
});

/** On a busy machine others make a slice dearer, never cheaper: the least is the truest. */
const figures = {
  median,
  least: (samples: readonly number[]) => Math.min(...samples),
} satisfies Record<string, Figure>;

export const toJson = ({ plan, machine, slices }: Results): object => ({
  plan,
  machine,
  microseconds: Object.fromEntries(
    [...slices].map(([name, own]) => [
      name,
      { median: figureOf(own, figures.median), least: figureOf(own, figures.least) },
    ]),
  ),
  slices: Object.fromEntries(slices),
});

const against = (value: number, base: number): string => {
  const percent = (value / base - 1) * 100;
  return `${value.toFixed(0)} µs (${percent < 0 ? '' : '+'}${percent.toFixed(1)} %)`;
};

const rowsOf = (slices: Results['slices'], [what, figure]: [string, Figure]): Row[] => {
  const base = figureOf(slices.get('off') ?? [], figure);
  return [...slices].map(([name, own]) => {
    const { perSubmit, perJob } = figureOf(own, figure);
    return [`${name}, ${what}`, against(perSubmit, base.perSubmit), against(perJob, base.perJob)];
  });
};

export const toText = ({ plan, slices }: Results): string =>
  [
    `Processor time of ${plan.rounds} slices of ${plan.jobs} jobs each, in turn:`,
    '',
    table([
      ['', 'of the API for a submission', 'of the worker for a job'],
      ...Object.entries(figures).flatMap((figure) => rowsOf(slices, figure)),
    ]),
  ].join('\n');
