import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Tells when sending begins to fail, and when it goes well again; the library keeps it to itself. */
export const tellOutcome = (
  exporter: SpanExporter,
  told: (err: Error | undefined) => void,
): SpanExporter => {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== 0;
        if (hasFailed !== isFailing) {
          told(hasFailed ? (result.error ?? new Error('not sent')) : undefined);
        }
        isFailing = hasFailed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
};
