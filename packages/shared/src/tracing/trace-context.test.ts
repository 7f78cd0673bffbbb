import { expect, test } from 'vitest';
import { parseTraceContext, traceIdOf } from './trace-context.ts';

const ids = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('the headers of a caller are read, and can be sent on as they are', () => {
  const context = { traceparent: `00-${ids}`, tracestate: 'a=1,b=2' };
  expect(parseTraceContext(context)).toEqual(context);
  expect(traceIdOf(context)).toBe('0af7651916cd43dd8448eb211c80319c');
});

test('a later version is taken for what is known of it', () => {
  expect(parseTraceContext({ traceparent: `01-${ids}-more` })).toEqual({
    traceparent: `00-${ids}`,
  });
});

test.each([
  '',
  'nonsense',
  `00-${ids}-more`,
  `ff-${ids}`,
  `00-${ids.toUpperCase()}`,
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
  `00-${ids}, 00-${ids}`,
])('%j is no trace', (traceparent) => {
  expect(parseTraceContext({ traceparent, tracestate: 'a=1' })).toBeUndefined();
});

test.each(['', 'x'.repeat(513), 'a=\u0000', 'a=ä'])('the state %j is dropped', (tracestate) => {
  const traceparent = `00-${ids}`;
  expect(parseTraceContext({ traceparent, tracestate })).toEqual({ traceparent });
});

test('several states are one', () => {
  const tracestate = ['a=1', 'b=2'];
  expect(parseTraceContext({ traceparent: `00-${ids}`, tracestate })?.tracestate).toBe('a=1,b=2');
});
