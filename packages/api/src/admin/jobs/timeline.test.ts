import type { AttemptRecord, JobResource } from '@drover/jobs/contract/job-resource';
import { expect, test } from 'vitest';
import { timelineOf } from './timeline.ts';

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();

const attempt = (
  number: number,
  outcome: AttemptRecord['outcome'],
  from: number,
  seconds: number,
) => ({
  attempt: number,
  outcome,
  code: null,
  message: null,
  worker: null,
  startedAt: at(from),
  durationMs: seconds * 1_000,
  retryable: true,
});

const job = (more: Partial<JobResource>, history: AttemptRecord[] = []): JobResource => ({
  id: 'demo.0.0123456789abcdefghjkmnpqrs',
  type: 'demo.echo',
  queue: 'demo',
  tenant: 'dev',
  status: 'succeeded',
  priority: 5,
  progress: 0,
  attempts: { made: history.length, max: 3, history },
  payload: null,
  result: null,
  error: null,
  tags: [],
  createdAt: at(0),
  runAt: at(0),
  startedAt: null,
  finishedAt: null,
  links: { self: '', events: '', logs: '' },
  ...more,
});

const spans = (it: JobResource, now: number) =>
  timelineOf(it, now * 1_000).spans.map(({ kind, from, to }) => [kind, from / 1_000, to / 1_000]);

test('a job that failed once waits, runs, waits again and succeeds', () => {
  const history = [attempt(1, 'failed', 2, 1), attempt(2, 'succeeded', 5, 3)];
  const done = job({ startedAt: at(5), finishedAt: at(8), runAt: at(5) }, history);
  expect(spans(done, 100)).toEqual([
    ['waiting', 0, 2],
    ['failed', 2, 3],
    ['waiting', 3, 5],
    ['succeeded', 5, 8],
  ]);
  expect(timelineOf(done, 100_000).marks.at(-1)).toEqual({ at: 8_000, label: 'Succeeded' });
});

test('a job before its time is scheduled, then waits', () => {
  expect(spans(job({ status: 'scheduled', runAt: at(10) }), 4)).toEqual([['scheduled', 0, 4]]);
  expect(spans(job({ status: 'queued', runAt: at(10) }), 12)).toEqual([
    ['scheduled', 0, 10],
    ['waiting', 10, 12],
  ]);
});

test('a job that runs goes on until now', () => {
  expect(spans(job({ status: 'running', startedAt: at(1) }), 6)).toEqual([
    ['waiting', 0, 1],
    ['running', 1, 6],
  ]);
});

test('clocks that differ make no span of negative length', () => {
  const early = job({ finishedAt: at(1), startedAt: at(-5) }, [attempt(1, 'succeeded', -5, 2)]);
  const { from, to, spans: all } = timelineOf(early, 0);
  expect(to).toBeGreaterThan(from);
  expect(all.every((span) => span.to >= span.from)).toBe(true);
});
