const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Brings values to so many columns at most; of those that share one, the highest counts. */
const condense = (values: readonly number[], columns: number): number[] => {
  const width = Math.min(columns, values.length);
  return Array.from({ length: width }, (_, n) => {
    const from = Math.floor((n * values.length) / width);
    const to = Math.floor(((n + 1) * values.length) / width);
    const known = values.slice(from, to).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? Number.NaN : Math.max(...known);
  });
};

/** A line of small bars from 0 to the highest value; a blank where there is none. */
export const sparkline = (values: readonly number[], columns = 60): string => {
  const bars = condense(values, columns);
  const top = Math.max(0, ...bars.filter((value) => !Number.isNaN(value)));
  return bars
    .map((value) => {
      if (Number.isNaN(value)) return ' ';
      const share = top === 0 ? 0 : Math.max(0, value) / top;
      return blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))];
    })
    .join('');
};
