import { type Html, html } from './html.ts';

/** Drawn on a grid of 16 by 16, in the colour of the text. */
const shapes = {
  overview: html`<path d="M1.5 9.5h3l2-6 3 9 2-5h3"/>`,
  jobs: html`<path d="M2 4h12M2 8h12M2 12h8"/>`,
  'dead-letters': html`<path d="M2 3.5h12v9H2zM2 4l6 5 6-5"/>`,
  schedules: html`<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>`,
  workflows: html`<rect x="1.5" y="2" width="5" height="4" rx="1"/><rect x="9.5" y="10" width="5" height="4" rx="1"/><path d="M4 6v6h5.5"/>`,
  workers: html`<rect x="2" y="2.5" width="12" height="4.5" rx="1"/><rect x="2" y="9" width="12" height="4.5" rx="1"/><path d="M4.5 4.75h.01M4.5 11.25h.01"/>`,
  audit: html`<path d="M3.5 1.5h6l3 3v10h-9zM6 7h4M6 10h4"/>`,
  board: html`<path d="M2 2.5h3.2v11H2zM6.4 2.5h3.2v7H6.4zM10.8 2.5H14v9h-3.2z"/>`,
  search: html`<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
  warning: html`<path d="M8 2 1.5 13.5h13zM8 6.5v3.5M8 12h.01"/>`,
  check: html`<circle cx="8" cy="8" r="6"/><path d="m5.5 8 2 2 3.5-4"/>`,
  keyboard: html`<rect x="1.5" y="4" width="13" height="8.5" rx="1.5"/><path d="M4 6.75h.01M6.7 6.75h.01M9.3 6.75h.01M12 6.75h.01M5 10h6"/>`,
} as const;

export type IconName = keyof typeof shapes;

/** An icon beside a text, which says the same: readers of screens are not told of it. */
export const icon = (name: IconName): Html =>
  html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${shapes[name]}</svg>`;
