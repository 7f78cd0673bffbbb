import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import manifest from 'swagger-ui-dist/package.json' with { type: 'json' };

/** Where the files of the reference are served: the path changes with them, so caches may keep them. */
export const assetFolder = `/docs/${manifest.version}`;

/** What the page runs: Swagger UI on our description, in the colours that the reader's system has. */
const startScript = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

const fromPackage = (name: string) => () =>
  readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)));

/** The files that the page loads, by name. */
export const assets = {
  'swagger-ui.css': { type: 'text/css; charset=utf-8', read: fromPackage('swagger-ui.css') },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    read: fromPackage('swagger-ui-bundle.js'),
  },
  'start.js': {
    type: 'text/javascript; charset=utf-8',
    read: async () => Buffer.from(startScript),
  },
} as const;
