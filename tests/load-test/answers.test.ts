import { expect, test } from 'vitest';
import { type Call, chooser, judgeAnswer } from '../../bench/load/sending/calls.ts';

const answer = (status: number, code?: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  chunks: code === undefined ? [] : [Buffer.from(JSON.stringify({ type: `/problems/${code}` }))],
});
const again = { 'retry-after': '1' };

test.each<[string, Call, ReturnType<typeof answer>, object]>([
  ['an accepted job', 'submit', answer(202), { kind: 'ok' }],
  ['a wait that is over', 'wait', answer(200), { kind: 'ok' }],
  [
    'a read that is not there',
    'read',
    answer(404, 'job-not-found'),
    { kind: 'failed', reason: '404 job-not-found' },
  ],
  [
    'a limit',
    'submit',
    answer(429, 'rate-limited', again),
    { kind: 'refused', reason: '429 rate-limited' },
  ],
  [
    'an overload',
    'list',
    answer(503, 'overloaded', again),
    { kind: 'refused', reason: '503 overloaded' },
  ],
  [
    'a 503 without more',
    'read',
    answer(503),
    { kind: 'failed', reason: '503 without Retry-After' },
  ],
  ['a read that is accepted', 'read', answer(202), { kind: 'failed', reason: '202' }],
])('%s counts as what it is', (_, call, given, outcome) => {
  expect(judgeAnswer(call, given)).toEqual(outcome);
});

test('calls are made as often as the mix says, and others never', () => {
  const choose = chooser({ submit: 1, read: 2, wait: 0, list: 1 });
  const chosen = [0, 0.24, 0.25, 0.5, 0.74, 0.75, 0.99].map(choose);
  expect(chosen).toEqual(['submit', 'submit', 'read', 'read', 'read', 'list', 'list']);
});
