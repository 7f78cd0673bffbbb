import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Output } from '../output/output.ts';
import type { AnyJob, JobView } from './job-view.ts';
import { liveView } from './live-view.ts';

/** What a terminal shows of what was written: it knows the three sequences that the view uses. */
const screenOf = (written: string): string[] => {
  const lines = [''];
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal reads
  for (const [token] of written.matchAll(/\u001b\[2K|\u001b\[\?7[lh]|[\s\S]/gu)) {
    const at = lines.length - 1;
    if (token === '\u001b[2K') lines[at] = '';
    else if (token === '\r') column = 0;
    else if (token === '\n') {
      lines.push('');
      column = 0;
    } else if (!token.startsWith('\u001b')) {
      const line = (lines[at] ?? '').padEnd(column);
      lines[at] = line.slice(0, column) + token + line.slice(column + token.length);
      column += token.length;
    }
  }
  return lines;
};

const startedAt = '2026-01-01T12:00:00.000Z';
const job = (more: Partial<AnyJob>): AnyJob =>
  ({
    id: 'demo.0.1',
    type: 'demo.sleep',
    status: 'running',
    progress: 0,
    attempts: { made: 0, max: 3, history: [] },
    result: null,
    error: null,
    createdAt: startedAt,
    startedAt,
    finishedAt: null,
    ...more,
  }) as AnyJob;

let written: string;
let view: JobView;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(startedAt) + 3_000 });
  written = '';
  const raw = (text: string) => {
    written += text;
  };
  const out: Partial<Output> = {
    raw,
    line: (text) => raw(`${text}\n`),
    paint: (_style, text) => text,
  };
  view = liveView(out as Output);
});
afterEach(() => {
  view.end();
  vi.useRealTimers();
});

const logLine = (message: string) => ({ seq: 1, at: startedAt, level: 'info', message }) as const;

test('the bar is the last line, the log stands above it', () => {
  view.status(job({}));
  view.progress({ progress: 0.5, note: 'step 1\nof 2' });
  view.log(logLine('one'));
  view.log(logLine('two'));
  const [one, two, bar, ...rest] = screenOf(written);
  expect(one).toMatch(/^\d\d:00:00 info {2}one$/);
  expect(two).toMatch(/ two$/);
  expect(bar).toBe('demo.sleep ████████████░░░░░░░░░░░░  50 % running 3.0 s step 1 of 2');
  expect(rest).toEqual([]);
});

test('the time goes on by itself', () => {
  view.status(job({}));
  vi.advanceTimersByTime(2_000);
  expect(screenOf(written)).toEqual([expect.stringContaining('running 5.0 s')]);
});

test('nothing is left of the bar when the job has finished', () => {
  view.status(job({}));
  view.progress({ progress: 1, note: 'a long note' });
  view.status(job({ status: 'succeeded', finishedAt: '2026-01-01T12:00:02.500Z' }));
  view.end();
  expect(screenOf(written)).toEqual(['succeeded in 2.5 s', '']);
});

test('a failed attempt is told, and the bar goes on', () => {
  const error = { code: 'error', message: 'no luck', attempt: 1, retryable: true };
  view.status(job({ status: 'retrying', error }));
  expect(screenOf(written)).toEqual([
    'retrying: no luck (error, attempt 1 of 3)',
    expect.stringContaining('0 % retrying'),
  ]);
});

test('nothing is left of the bar when the watcher goes', () => {
  view.status(job({}));
  view.end();
  expect(screenOf(written)).toEqual(['']);
  vi.advanceTimersByTime(5_000);
  expect(screenOf(written)).toEqual(['']);
});
