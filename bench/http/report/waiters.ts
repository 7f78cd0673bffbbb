import { describeMachine, machineLine } from '../../machine.ts';
import type { Traffic } from '../traffic.ts';
import type { CrowdFigures } from '../waiters.ts';
import { type Promised, promises } from './promise.ts';

/** Promised for the first crowd, in milliseconds. */
const targetMs = 50;

const latencyPromise = ({ waiters, latencyMs }: CrowdFigures): Promised => ({
  name: `${waiters} waiters: p99 from the job's end to the answer`,
  figure: `${latencyMs.p99} ms`,
  note: `p50 ${latencyMs.p50}, longest ${latencyMs.max} ms`,
  target: `<= ${targetMs} ms`,
  isMet: latencyMs.p99 <= targetMs,
});

const answeredPromise = ({ waiters, answered, latencyMs }: CrowdFigures): Promised => ({
  name: `${waiters} waiters: answered with the finished job`,
  figure: String(answered),
  note: `p50 ${latencyMs.p50}, p99 ${latencyMs.p99}, longest ${latencyMs.max} ms`,
  target: `>= ${waiters}`,
  isMet: answered === waiters,
});

const trafficPromise = ({ extra, drover, bare, target, isMet }: Traffic): Promised => ({
  name: 'Redis traffic beyond bare BullMQ, for one job',
  figure: `${extra.toFixed(0)} bytes`,
  note: `${drover.toFixed(0)} and ${bare.toFixed(0)} bytes`,
  target: `<= ${target} bytes`,
  isMet,
});

export const waitersFindings = (crowds: readonly CrowdFigures[], traffic: Traffic) => {
  const promised = [
    ...crowds.slice(0, 1).map(latencyPromise),
    ...crowds.map(answeredPromise),
    trafficPromise(traffic),
  ];
  const machine = describeMachine();
  const failures = crowds.flatMap((crowd) => crowd.failures);
  const text = [
    promises('Waiting for jobs, one API process', promised),
    ...failures.map((failure) => `  failed: ${failure}`),
    '',
    'Each waiter: GET /jobs/:id with Prefer: wait=60 on a connection of its own, sent before its job',
    'starts. From finishedAt, whole milliseconds of the machine’s clock, to the whole answer.',
    `Traffic: all that Redis received and sent (total_net_*_bytes) while a worker ran ${traffic.jobs} demo.echo`,
    'that were queued before; beside it an API that follows nothing. Bare: a BullMQ worker alone.',
    machineLine(machine),
  ].join('\n');
  return { json: { machine, crowds, traffic, promises: promised }, text };
};
