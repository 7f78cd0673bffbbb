import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { artifact } from './fields/artifact.ts';
import { imageExtension, imageFormat } from './fields/image.ts';
import { source } from './fields/source.ts';

export const imageOptimize = defineJob({
  type: 'image.optimize',
  queue: 'media',
  summary:
    'Re-encode a picture in a modern format, upright and without metadata; animations stay so as webp.',
  payload: z.strictObject({
    source,
    format: imageFormat,
    quality: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Of a png, fewer colours; by default as the format has it'),
  }),
  result: z.strictObject({ artifact, width: z.int(), height: z.int() }),
  timeout: '2m',
  // Encoders take their time, obey no signal, and are fed by strangers.
  isolation: 'process',
  run: async ({
    payload: { source, format, quality },
    services,
    artifacts,
    tenant,
    key,
    signal,
  }) => {
    const input = await services.sources.read(source, { tenant, key, signal });
    const { data, width, height } = await services.images.render(input, {
      format,
      animated: true,
      ...(quality !== undefined && { quality }),
    });
    const stored = await artifacts.put(`optimized.${imageExtension[format]}`, data);
    return { artifact: stored, width, height };
  },
});
