import type { StepResource } from '@drover/jobs/contract/workflow';
import { jobPath } from '../jobs/pieces.ts';
import { type Html, html } from '../shell/html.ts';
import { type Arrow, type Box, boxSize, type Drawing, type Point } from './layout.ts';

type Steps = Readonly<Record<string, StepResource>>;

/** Characters of a text that fit into a step of the drawing. */
const fitting = { name: 20, type: 24 } as const;

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

const round = (n: number): number => Math.round(n * 10) / 10;

const at = ({ x, y }: Point): string => `${round(x)},${round(y)}`;

/** A line through the points, its corners rounded off. */
const pathOf = (points: readonly Point[]): string => {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return '';
  const curves = rest.slice(0, -1).map((point, n) => {
    const next = rest[n + 1] ?? last;
    const isLast = n === rest.length - 2;
    const middle = isLast ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(middle)}`;
  });
  return rest.length === 1 ? `M${at(first)} L${at(last)}` : `M${at(first)} ${curves.join(' ')}`;
};

const arrow = ({ kind, points }: Arrow): Html =>
  html`<path class="arrow arrow-${kind}" d="${pathOf(points)}" marker-end="url(#head-${kind})"/>`;

const head = (kind: Arrow['kind']): Html =>
  html`<marker id="head-${kind}" class="head-${kind}" viewBox="0 0 10 10" refX="9" refY="5"
    markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L10,5 L0,10 z"/></marker>`;

const step = ({ name, x, y }: Box, { type, status, job }: StepResource): Html => {
  const { width, height } = boxSize;
  return html`<a href="${jobPath(job)}">
<g class="step status-${status}" transform="translate(${round(x - width / 2)} ${round(y - height / 2)})">
<title>${name} (${type}): ${status}</title>
<rect width="${width}" height="${height}" rx="8"/>
<text class="step-name" x="14" y="22">${cut(name, fitting.name)}</text>
<text class="step-type" x="14" y="40">${cut(`${status} · ${type}`, fitting.type)}</text>
</g></a>`;
};

/** The steps of a workflow and what needs what. The table beside it says the same in words. */
export const drawSteps = ({ width, height, boxes, arrows }: Drawing, steps: Steps): Html => {
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  return html`<svg class="graph" role="group" aria-label="Steps of the workflow"
  width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">
<defs>${head('needs')}${head('fails')}</defs>
${arrows.map(arrow)}
${boxes.map((box) => {
  const state = steps[box.name];
  return state && step(box, state);
})}
</svg>`;
};
