import type { TraceContext } from './trace-context.ts';

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a piece of work begins. Instants are milliseconds since 1970; default now. */
export interface SpanStart {
  name: string;
  kind: 'server' | 'consumer' | 'internal';
  /** What it is a part of; undefined: a trace begins with it. */
  parent: TraceContext | undefined;
  startedAt?: number;
  attributes?: SpanAttributes;
}

export interface SpanEnd {
  /** What went wrong, if it did. */
  error?: string | undefined;
  endedAt?: number;
  attributes?: SpanAttributes;
}

/** A piece of work that is under way. */
export interface Span {
  /** For what is done on its behalf. */
  readonly context: TraceContext;
  /** Once only. */
  end(end?: SpanEnd): void;
}

/** Measures pieces of work and sends them, later and together, to where traces are kept. */
export interface Tracer {
  start(span: SpanStart): Span;
}
