import { Graph, layout } from '@dagrejs/dagre';
import type { StepResource } from '@drover/jobs/contract/workflow';

/** A place in the drawing, in pixels from its left upper corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A step in the drawing; `x` and `y` are its centre. */
export interface Box extends Point {
  readonly name: string;
}

/** An arrow: after a need, or to the step that runs when another fails. */
export interface Arrow {
  readonly kind: 'needs' | 'fails';
  readonly points: readonly Point[];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** The size of a step in the drawing, in pixels. */
export const boxSize = { width: 176, height: 52 } as const;

/** Beyond these nobody could read the drawing, and to lay it out would hold up other requests. */
const maxSteps = 200;
const maxSpans = 400;

type Steps = Readonly<Record<string, StepResource>>;

interface Edge {
  from: string;
  to: string;
  kind: Arrow['kind'];
}

const edgesOf = (steps: Steps): Edge[] =>
  Object.entries(steps).flatMap(([to, { needs, onFailure }]) => [
    ...needs.map((from) => ({ from, to, kind: 'needs' as const })),
    ...(onFailure === null ? [] : [{ from: to, to: onFailure, kind: 'fails' as const }]),
  ]);

/** How many steps must have ended before each, at least. */
const ranksOf = (steps: Steps, edges: readonly Edge[]): ReadonlyMap<string, number> => {
  const ranks = new Map<string, number>();
  const into = Map.groupBy(edges, ({ to }) => to);
  const rankOf = (name: string): number => {
    const known = ranks.get(name);
    if (known !== undefined) return known;
    // A graph with a circle, which no workflow has, must not end in one here.
    ranks.set(name, 0);
    const rank = Math.max(0, ...(into.get(name) ?? []).map(({ from }) => rankOf(from) + 1));
    ranks.set(name, rank);
    return rank;
  };
  for (const name of Object.keys(steps)) rankOf(name);
  return ranks;
};

/** How many ranks all edges span together, which is what laying out costs. */
const spansOf = (ranks: ReadonlyMap<string, number>, edges: readonly Edge[]): number =>
  edges.reduce((sum, { from, to }) => sum + (ranks.get(to) ?? 0) - (ranks.get(from) ?? 0), 0);

/** The width that pages have for the drawing, and the room between steps; pixels. */
const pageWidth = 900;
const gaps = { besides: 18, after: 44 } as const;

/** From left to right, unless it would be too wide so, and fits from top to bottom. */
const directionOf = (ranks: ReadonlyMap<string, number>): 'LR' | 'TB' => {
  const counts = new Map<number, number>();
  for (const rank of ranks.values()) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  const length = counts.size * (boxSize.width + gaps.after);
  const breadth = Math.max(...counts.values()) * (boxSize.width + gaps.besides);
  return length > pageWidth && breadth < pageWidth ? 'TB' : 'LR';
};

/**
 * Where the steps of a workflow stand when it is drawn. It depends on nothing but the graph, which
 * never changes.
 * @returns undefined for a graph that is too large to be drawn.
 */
export const layOut = (steps: Steps): Drawing | undefined => {
  const names = Object.keys(steps);
  const edges = edgesOf(steps);
  if (names.length > maxSteps || edges.length > maxSpans) return undefined;
  const ranks = ranksOf(steps, edges);
  if (spansOf(ranks, edges) > maxSpans) return undefined;

  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: directionOf(ranks),
    nodesep: gaps.besides,
    ranksep: gaps.after,
    marginx: 8,
    marginy: 8,
    ranker: 'tight-tree',
  });
  for (const name of names) graph.setNode(name, { ...boxSize });
  for (const { from, to, kind } of edges) graph.setEdge(from, to, {}, kind);
  layout(graph);

  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    boxes: names.map((name) => {
      const { x, y } = graph.node(name) as Point;
      return { name, x, y };
    }),
    arrows: edges.map(({ from, to, kind }) => {
      const { points } = graph.edge(from, to, kind) as { points: Point[] };
      return { kind, points };
    }),
  };
};
