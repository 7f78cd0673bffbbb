import type { AuditDetails } from '@drover/jobs/contract/audit';
import { CodedError } from '@drover/shared/errors';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Auditor } from '../../audit/auditor.ts';
import { whoMakes } from '../../audit/who.ts';
import type { Operator } from '../../auth/admin-pages.ts';
import { parseQuery } from '../../http/query.ts';
import type { AddressOf } from './assets.ts';
import { nothingHere, problemOf, problemPage } from './errors.ts';
import { keepFlash, takeFlash } from './flash.ts';
import { isFormToken, tokenField } from './form-token.ts';
import { render } from './html.ts';
import type { SectionName } from './navigation.ts';
import { layOut, type Page, pagePolicy } from './page.ts';

/** A request for a page, or a form that was sent. */
export interface Visit {
  readonly operator: Operator;
  /** The parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly request: FastifyRequest;
}

export interface PageRoute<Q extends z.ZodType> {
  /** Below `/admin`: `/jobs/:id`. */
  readonly path: string;
  readonly section: SectionName;
  /** Of the query string; what does not fit is a page that says so. Default: no parameters. */
  readonly query?: Q;
  readonly show: (visit: Visit & { readonly query: z.output<Q> }) => Page | Promise<Page>;
}

/** A write that was done. */
export interface Done {
  /** The page that follows: a path of ours. */
  readonly to: string;
  /** What it says of it. */
  readonly message: string;
  /** What was changed, for the audit log: never payloads, never secrets. */
  readonly details?: AuditDetails;
}

export interface WriteRoute<F extends z.ZodType> {
  /** Below `/admin`. */
  readonly path: string;
  readonly section: SectionName;
  /** Names it in the audit log: `queue.pause`. */
  readonly action: string;
  /** Names what it is done to there. */
  readonly target: (visit: Visit & { readonly fields: z.output<F> }) => string | null;
  /** Of the form, without its token. */
  readonly fields: F;
  /** What was asked, for the audit log: never payloads, never secrets. Default: nothing. */
  readonly asked?: (visit: Visit & { readonly fields: z.output<F> }) => AuditDetails;
  /**
   * Does it. A Problem that it throws is shown as a page; with `refused` the form can be shown again,
   * with what is wrong.
   */
  readonly run: (visit: Visit & { readonly fields: z.output<F> }) => Promise<Done>;
  /** The page of a write that was refused with that problem. Default: a page that names it. */
  readonly refused?: (
    visit: Visit & { readonly fields: z.output<F> },
    problem: Problem,
  ) => Page | Promise<Page>;
}

/** Registers pages and writes. No write can be registered that the audit log would not know of. */
export interface Admin {
  page<Q extends z.ZodType = z.ZodObject>(route: PageRoute<Q>): void;
  write<F extends z.ZodType>(route: WriteRoute<F>): void;
}

/** Largest form, in bytes: a payload of 1 MiB, each byte written as three. */
const formLimit = 4 * 1_048_576;

/** Who is signed in. Only for routes inside `requireAdmin`. */
const operatorOf = ({ operator, url }: FastifyRequest): Operator => {
  if (!operator) throw new Error(`${url} is served without a sign-in`);
  return operator;
};

const visitOf = (request: FastifyRequest): Visit => ({
  operator: operatorOf(request),
  params: request.params as Record<string, string>,
  request,
});

/** Form fields by name; those that stand there several times as lists. */
const fieldsOf = (body: unknown): Record<string, string | string[]> => {
  const form = body instanceof URLSearchParams ? body : new URLSearchParams();
  const names = new Set(form.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] as string) : values];
    }),
  );
};

const searchedFor = ({ query }: FastifyRequest): string => {
  const { text } = query as Record<string, unknown>;
  return typeof text === 'string' ? text : '';
};

/** Forms in the way that browsers send them, and nothing else. */
const takeForms = (scope: FastifyInstance): void => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formLimit },
    (_request, text, done) => done(null, new URLSearchParams(text)),
  );
};

/** The form, once its token is known to be of a page of ours. */
const formOf = <F extends z.ZodType>(request: FastifyRequest, fields: F): z.output<F> => {
  const { [tokenField]: token, ...given } = fieldsOf(request.body);
  if (typeof token !== 'string' || !isFormToken(operatorOf(request), token)) {
    throw new Problem(
      'cross-site',
      'The form is not of this page, or is older than a day. Go back, reload it and try again.',
    );
  }
  return parseForm(fields, given);
};

const parseForm = <F extends z.ZodType>(fields: F, given: unknown): z.output<F> => {
  const parsed = fields.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({
    pointer: path.map((name) => `/${String(name)}`).join(''),
    message,
  }));
  throw new Problem('invalid-submission', 'The form is not filled in rightly.', { errors: faults });
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a write of a page is named in the audit log. */
    auditAction?: string;
  }
}

/** From here on, a write of the scope that is not in the audit log keeps the server from starting. */
const requireAudit = (scope: FastifyInstance): void => {
  scope.addHook('onRoute', ({ method, url, config }) => {
    const isRead = [method].flat().every((name) => name === 'GET' || name === 'HEAD');
    if (isRead || config?.auditAction !== undefined) return;
    throw new CodedError('page-unaudited', `The write ${method} ${url} is not in the audit log`);
  });
};

/** The pages' scope: how they are sent, what is sent instead of errors, and how they are registered. */
export const adminShell = (
  scope: FastifyInstance,
  { addressOf, auditor }: { addressOf: AddressOf; auditor: Auditor },
): Admin => {
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    page: Page,
    section: SectionName | undefined,
  ) => {
    const operator = operatorOf(request);
    const flash = takeFlash(request, reply, operator);
    const frame = { addressOf, operator, section, flash, searched: searchedFor(request) };
    return reply
      .code(page.status ?? 200)
      .type('text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .send(render(layOut(page, frame)));
  };

  const sendFailure = (err: Error, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(err);
    if (problem.status >= 500) {
      request.log.warn({ requestId: request.id, err: problem.cause ?? problem }, 'page failed');
    }
    reply.headers({ ...problem.headers, 'cache-control': 'no-store' });
    return send(request, reply, problemPage(problem, request.id), undefined);
  };

  takeForms(scope);
  requireAudit(scope);
  scope.setErrorHandler<Error>((err, request, reply) => sendFailure(err, request, reply));
  scope.setNotFoundHandler((request, reply) => sendFailure(nothingHere(), request, reply));

  return {
    page: ({ path, section, query, show }) => {
      scope.get(path, async (request, reply) => {
        const schema = query ?? z.strictObject({});
        const parsed = parseQuery(schema, request.query) as never;
        return send(request, reply, await show({ ...visitOf(request), query: parsed }), section);
      });
    },
    write: ({ path, section, action, target, fields, asked, run, refused }) => {
      scope.post(
        path,
        { bodyLimit: formLimit, config: { auditAction: action } },
        async (request, reply) => {
          const visit = { ...visitOf(request), fields: formOf(request, fields) };
          const { operator } = visit;
          const intent = {
            who: whoMakes(request),
            origin: 'page' as const,
            action,
            target: target(visit),
            details: asked?.(visit) ?? {},
          };
          try {
            const done = await auditor.record(
              intent,
              () => run(visit),
              ({ details }) => details,
            );
            keepFlash(reply, operator, { tone: 'done', text: done.message });
            return reply.redirect(done.to, 303);
          } catch (err) {
            if (!refused || !(err instanceof Problem) || err.status >= 500) throw err;
            const page = await refused(visit, err);
            return send(request, reply, { status: err.status, ...page }, section);
          }
        },
      );
    },
  };
};
