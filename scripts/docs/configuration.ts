import { code, generatedFrom, page, table } from './markdown.ts';
import { describeSections, type Variable } from './variables.ts';

const intro = `Every process is configured by environment variables and by nothing else. A process reads and checks
all of them before it does anything. If any is wrong, missing or misspelt, the process lists every
problem and exits with status 78.

- An empty value counts as unset.
- \`<NAME>_FILE\` names a file that holds the value of \`<NAME>\`, for every variable below: so secrets of
  Docker and Kubernetes are read from where they are mounted. A line break at the end of the file is
  not part of the value. Setting both is an error.
- A duration is written \`250ms\`, \`30s\`, \`5m\`, \`24h\` or \`7d\`; a bare number is milliseconds.
- Sizes are bytes.
- The processes of one system must agree on \`NODE_ENV\`, \`REDIS_URL\`, \`REDIS_CLUSTER\`, \`KEY_PREFIX\`,
  \`PARTITIONS\`, \`DATABASE_URL\` and \`DATA_DIR\`.

[\`.env.example\`](../../.env.example) lists the same variables, ready to fill in.`;

const initialOf = ({ initial, required }: Variable): string => {
  if (required) return '**required**';
  return initial ? code(initial) : 'none';
};

const rowOf = (variable: Variable): string[] => [
  code(variable.name),
  variable.description,
  initialOf(variable),
  variable.example ? code(variable.example) : '',
];

/** docs/reference/configuration.md */
export const configurationPage = (): string =>
  page(
    generatedFrom('packages/shared/src/config/variables.ts'),
    '# Configuration',
    intro,
    ...describeSections().flatMap(({ title, variables }) => [
      `## ${title}`,
      table(['Variable', 'What it does', 'Default', 'Example'], variables.map(rowOf)),
    ]),
  );
