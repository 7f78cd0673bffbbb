import { z } from 'zod';

export const imageFormat = z.enum(['webp', 'avif', 'jpeg', 'png']);
export type ImageFormat = z.output<typeof imageFormat>;

/** File name ending by format. */
export const imageExtension: Record<ImageFormat, string> = {
  webp: 'webp',
  avif: 'avif',
  jpeg: 'jpg',
  png: 'png',
};
