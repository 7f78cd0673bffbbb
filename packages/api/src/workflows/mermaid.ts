import type { StepResource, StepStatus } from '@drover/jobs/contract/workflow';

/** Most edges that are drawn: beyond, nobody could read it, and the text would be megabytes. */
const maxEdges = 2_000;

/** Text in a label: what has a meaning in Mermaid or HTML is written by its code. */
const inert = (text: string): string =>
  text.replace(/[^A-Za-z0-9 .,-]/gu, (character) => `#${character.codePointAt(0)};`);

const colours: Partial<Record<StepStatus, string>> = {
  running: 'fill:#dbeafe,stroke:#2563eb,color:#1e3a8a',
  retrying: 'fill:#fef3c7,stroke:#d97706,color:#78350f',
  succeeded: 'fill:#dcfce7,stroke:#16a34a,color:#14532d',
  failed: 'fill:#fee2e2,stroke:#dc2626,color:#7f1d1d',
  expired: 'fill:#fee2e2,stroke:#dc2626,color:#7f1d1d',
  canceled: 'fill:#f3f4f6,stroke:#6b7280,color:#374151',
  skipped: 'fill:#f9fafb,stroke:#d1d5db,color:#6b7280,stroke-dasharray:4',
};

/** A drawing of a workflow as a Mermaid flowchart: each step has the class of its status. */
export const drawWorkflow = (steps: Readonly<Record<string, StepResource>>): string => {
  const names = Object.keys(steps);
  const nodeOf = new Map(names.map((name, n) => [name, `s${n}`]));
  const entries = Object.entries(steps);
  const nodes = entries.map(
    ([name, { type, status }]) =>
      `  ${nodeOf.get(name)}["${inert(name)}<br/>${inert(type)}"]:::${status}`,
  );
  const edges = entries.flatMap(([name, { needs, onFailure }]) => [
    ...needs.map((need) => `  ${nodeOf.get(need)} --> ${nodeOf.get(name)}`),
    ...(onFailure ? [`  ${nodeOf.get(name)} -. fails .-> ${nodeOf.get(onFailure)}`] : []),
  ]);
  const omitted = edges.length - maxEdges;
  const classes = Object.entries(colours).map(([name, style]) => `  classDef ${name} ${style}`);
  return [
    'flowchart TD',
    ...nodes,
    ...edges.slice(0, maxEdges),
    ...(omitted > 0 ? [`  %% ${omitted} more arrows are not drawn`] : []),
    ...classes,
    '',
  ].join('\n');
};
