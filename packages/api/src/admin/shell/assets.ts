import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

const own = (name: string) => new URL(`../assets/${name}`, import.meta.url).href;

/** The files that the pages load, by name: ours, and those of libraries. */
const files = {
  'admin.css': { type: style, from: own('admin.css') },
  'uplot.css': { type: style, from: import.meta.resolve('uplot/dist/uPlot.min.css') },
  'icon.svg': { type: 'image/svg+xml', from: own('icon.svg') },
  'admin.js': { type: script, from: own('admin.js') },
  'charts.js': { type: script, from: own('charts.js') },
  'confirm.js': { type: script, from: own('confirm.js') },
  'keyboard.js': { type: script, from: own('keyboard.js') },
  'live.js': { type: script, from: own('live.js') },
  'times.js': { type: script, from: own('times.js') },
  'uplot.js': { type: script, from: import.meta.resolve('uplot/dist/uPlot.esm.js') },
  'idiomorph.js': {
    type: script,
    from: import.meta.resolve('idiomorph'),
  },
} as const;

export type AssetName = keyof typeof files;

/** Where a file is: the address changes with the files, so caches may keep them for ever. */
export type AddressOf = (name: AssetName) => string;

/** Serves the files under `/admin/assets/<digest of all>/`, so that modules find one another. */
export const serveAssets = async (scope: FastifyInstance): Promise<AddressOf> => {
  const loaded = await Promise.all(
    Object.entries(files).map(async ([name, { type, from }]) => ({
      name,
      type,
      bytes: await readFile(fileURLToPath(from)),
    })),
  );
  const digest = hash('sha256', Buffer.concat(loaded.map(({ bytes }) => bytes)), 'hex').slice(
    0,
    12,
  );
  for (const { name, type, bytes } of loaded) {
    scope.get(`/assets/${digest}/${name}`, (_request, reply) =>
      reply.type(type).header('cache-control', 'private, max-age=31536000, immutable').send(bytes),
    );
  }
  return (name) => `/admin/assets/${digest}/${name}`;
};
