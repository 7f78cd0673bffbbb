/** The spans of time that the charts can show: how long, and how long one of their points is. */
export const ranges = {
  '1h': { title: '1 hour', lengthMs: 3_600_000, seconds: 60 },
  '6h': { title: '6 hours', lengthMs: 6 * 3_600_000, seconds: 300 },
  '24h': { title: '24 hours', lengthMs: 24 * 3_600_000, seconds: 1_200 },
  '7d': { title: '7 days', lengthMs: 7 * 86_400_000, seconds: 7_200 },
} as const;

export type Range = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as readonly Range[];

/** When the points of a span begin that ends now, in milliseconds. */
export const momentsOf = (range: Range, now: number): number[] => {
  const { lengthMs, seconds } = ranges[range];
  const step = seconds * 1_000;
  const last = now - (now % step);
  return Array.from({ length: lengthMs / step }, (_, n) => last - lengthMs + (n + 1) * step);
};
