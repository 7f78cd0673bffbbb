import { type Html, html } from './html.ts';

const numbers = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12,345`. */
export const count = (n: number): string => numbers.format(n);

/** `12.3K`, with the whole number for who asks. */
export const shortCount = (n: number): Html =>
  n < 10_000 ? html`${count(n)}` : html`<span title="${count(n)}">${short.format(n)}</span>`;

const units: readonly (readonly [ms: number, sign: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** A length of time in the two largest units that it has: `250 ms`, `1.2 s`, `5 min 3 s`. */
export const duration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const at = units.findIndex(([unit]) => ms >= unit);
  const [unit, sign] = units[at] ?? [1_000, 's'];
  const next = units[at + 1];
  const whole = `${Math.floor(ms / unit)} ${sign}`;
  const rest = next && Math.floor((ms % unit) / next[0]);
  return next && rest ? `${whole} ${rest} ${next[1]}` : whole;
};

/** An instant: in UTC, and by scripts as how long ago it was, with the reader's own clock for who asks. */
export const instant = (at: string | number | Date | null | undefined): Html => {
  if (at === null || at === undefined) return html`<span class="dim">–</span>`;
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
};
