import { z } from 'zod';

/**
 * Where a piece of work stands in a trace: the headers of W3C Trace Context, as they are sent on.
 * https://www.w3.org/TR/trace-context/
 */
export const traceContext = z.object({
  traceparent: z.string(),
  tracestate: z.string().optional(),
});

export type TraceContext = z.output<typeof traceContext>;

/** The version, which may be a later one with more fields; then the ids and flags of version 00. */
const pattern =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?<ids>(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?<more>-.*)?$/;

/** Most of a `tracestate` that has to be passed on, in characters. */
const maxStateLength = 512;

/** In version 00 nothing follows the flags. */
const traceparentOf = (header: string): string | undefined => {
  const { version, ids, more } = pattern.exec(header)?.groups ?? {};
  const isWrong = ids === undefined || (version === '00' && more !== undefined);
  return isWrong ? undefined : `00-${ids}`;
};

const isFit = (state: string): boolean =>
  state !== '' && state.length <= maxStateLength && /^[\t\x20-\x7e]*$/.test(state);

/** What a request says of its trace; undefined where it says nothing, or nothing that is valid. */
export const parseTraceContext = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): TraceContext | undefined => {
  const given = headers['traceparent'];
  // The header may stand there once only; Node joins several with commas, which fit no pattern.
  if (typeof given !== 'string') return undefined;
  const traceparent = traceparentOf(given.trim());
  if (traceparent === undefined) return undefined;
  const state = [headers['tracestate'] ?? []].flat().join(',');
  return { traceparent, ...(isFit(state) && { tracestate: state }) };
};

/** The id that the spans of one trace share. */
export const traceIdOf = ({ traceparent }: TraceContext): string => traceparent.slice(3, 35);

/** The headers of a request that is made on behalf of a trace. */
export const traceHeaders = (trace: TraceContext | undefined): Record<string, string> =>
  trace
    ? {
        traceparent: trace.traceparent,
        ...(trace.tracestate !== undefined && { tracestate: trace.tracestate }),
      }
    : {};

/** What a line of the log says of a trace, where there is one. */
export const traceField = (trace: TraceContext | undefined) =>
  trace && { traceId: traceIdOf(trace) };
