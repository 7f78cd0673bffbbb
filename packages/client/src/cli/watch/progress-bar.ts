/** Eighths of a cell, from empty to full. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A bar of block characters.
 * @param fraction from 0 to 1.
 * @param width in cells; the bar always has that many.
 */
export const progressBar = (fraction: number, width: number): string => {
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * width * 8);
  const bar = '█'.repeat(filled >> 3) + (eighths[filled & 7] ?? '');
  return bar.padEnd(width, '░');
};
