import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression names. */
export interface Query {
  /** Where it cannot be parsed, if it cannot. */
  readonly fault: number | undefined;
  /** Names of metrics, each with the labels that it is selected by. */
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  /** All labels: selected, grouped or matched by. */
  readonly labels: readonly string[];
}

/** Reads an expression with Prometheus's own grammar. */
export const readQuery = (expression: string): Query => {
  const selectors: { metric: string; labels: string[] }[] = [];
  const labels: string[] = [];
  let fault: number | undefined;
  let isSelecting = false;
  parser.parse(expression).iterate({
    enter: (node) => {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) fault ??= node.from;
      if (node.name === 'Identifier') selectors.push({ metric: text, labels: [] });
      if (node.name === 'LabelMatchers') isSelecting = true;
      if (node.name !== 'LabelName') return;
      labels.push(text);
      if (isSelecting) selectors.at(-1)?.labels.push(text);
    },
    leave: ({ name }) => {
      if (name === 'LabelMatchers') isSelecting = false;
    },
  });
  return { fault, selectors, labels };
};
