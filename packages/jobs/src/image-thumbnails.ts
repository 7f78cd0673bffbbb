import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { artifact } from './fields/artifact.ts';
import { imageExtension, imageFormat } from './fields/image.ts';
import { source } from './fields/source.ts';

const width = z.int().min(1).max(4_096);

export const imageThumbnails = defineJob({
  type: 'image.thumbnails',
  queue: 'media',
  summary: 'Make thumbnails of a picture, one for each width; none is wider than the original.',
  payload: z.strictObject({
    source,
    widths: z
      .array(width)
      .min(1)
      .max(20)
      .refine((widths) => new Set(widths).size === widths.length, 'expected no width twice'),
    format: imageFormat.default('webp'),
  }),
  result: z.strictObject({
    artifacts: z.array(artifact.extend({ width: z.int(), height: z.int() })),
  }),
  timeout: '2m',
  // Encoders take their time, obey no signal, and are fed by strangers.
  isolation: 'process',
  run: async ({ payload, services, artifacts, tenant, key, signal, progress }) => {
    const { source, widths, format } = payload;
    const input = await services.sources.read(source, { tenant, key, signal });
    const thumbnails = [];
    for (const wanted of widths) {
      signal.throwIfAborted();
      const { data, width, height } = await services.images.render(input, {
        format,
        width: wanted,
      });
      const stored = await artifacts.put(`${wanted}.${imageExtension[format]}`, data);
      thumbnails.push({ ...stored, width, height });
      progress(thumbnails.length / widths.length, stored.name);
    }
    return { artifacts: thumbnails };
  },
});
