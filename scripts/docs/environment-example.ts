import { describeSections, type Variable } from './variables.ts';

const lineWidth = 98;

const head = `# Every variable of Drover, with its default or an example.
# Generated from packages/shared/src/config/variables.ts by npm run docs. Do not edit.
#
# Drover reads the environment, not this file. To use it: copy it to .env, take the # from the lines
# that you change, and load it before you start anything:
#   set -a; . ./.env; set +a; npm start`;

/** Breaks a text into comment lines. */
const comment = (text: string): string => {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length + 1 > lineWidth) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
};

/** Quoted where a shell would otherwise read something else. */
const quoted = (value: string): string => (/^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`);

const entry = ({ name, description, initial, example, required }: Variable): string => {
  const value = initial || example || '';
  return [
    comment(`${description}${required ? ' Required.' : ''}`),
    `#${name}=${quoted(value)}`,
  ].join('\n');
};

/** .env.example */
export const environmentExample = (): string => {
  const parts = describeSections().flatMap(({ title, variables }) => [
    `# --- ${title} ---`,
    ...variables.map(entry),
  ]);
  return `${[head, ...parts].join('\n\n')}\n`;
};
