import type { FastifyInstance } from 'fastify';

/** The methods that a path takes; none when no route has it. */
export type AllowedMethods = (path: string) => readonly string[];

interface Route {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** A route's URL with any one segment where it has `:name`. */
const pathPattern = (url: string): RegExp => {
  const segments = url
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : RegExp.escape(segment)));
  return new RegExp(`^${segments.join('/')}$`);
};

/**
 * Remembers every route that is registered from here on. Routes with a wildcard are left out: they
 * catch what is not there.
 */
export const collectAllowedMethods = (app: FastifyInstance): AllowedMethods => {
  const routes: Route[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (!url.includes('*')) routes.push({ path: pathPattern(url), methods: [method].flat() });
  });
  return (path) => {
    const methods = routes.filter((route) => route.path.test(path)).flatMap((it) => it.methods);
    return [...new Set(methods)].sort();
  };
};
