import type { AuditIntent } from '@drover/jobs/audit/append';
import type { AuditDetails } from '@drover/jobs/contract/audit';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onErrorAsyncHookHandler,
  onSendAsyncHookHandler,
  preHandlerAsyncHookHandler,
  RouteOptions,
} from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { toProblem } from '../errors/problem-handler.ts';
import type { Auditor } from './auditor.ts';
import { whoMakes } from './who.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The entry of the audit log that this request made; null when it made none. */
    auditEntry: string | null;
    /** The code of the problem that it was answered with. */
    auditReason: string | null;
  }
}

/** Routes whose requests are looked at; others pay nothing for the log. */
type IsLookedAt = (route: RouteOptions) => boolean;

/** What a request is about to do; undefined when it is none of the log's business. */
type Describe = (request: FastifyRequest) => Omit<AuditIntent, 'who'> | undefined;

const isWrite: IsLookedAt = ({ method }) =>
  [method].flat().some((name) => !['GET', 'HEAD', 'OPTIONS'].includes(name));

const outcomeOf = ({ statusCode }: FastifyReply) => {
  if (statusCode < 400) return 'done';
  return statusCode < 500 ? 'refused' : 'failed';
};

/** The hooks of a route: each write is in the log before it is done, its outcome before it is answered. */
const hooksOf = (auditor: Auditor, describe: Describe) => {
  const preHandler: preHandlerAsyncHookHandler = async (request) => {
    const intent = describe(request);
    if (intent) request.auditEntry = await auditor.begin({ ...intent, who: whoMakes(request) });
  };
  const onError: onErrorAsyncHookHandler = async (request, _reply, err) => {
    request.auditReason = toProblem(err).code;
  };
  const onSend: onSendAsyncHookHandler = async (request, reply) => {
    const { auditEntry: id, auditReason: reason } = request;
    request.auditEntry = null;
    if (id !== null) await auditor.end(id, { outcome: outcomeOf(reply), reason });
  };
  return { preHandler, onError, onSend };
};

/** Has every write of the routes that are registered from here on in the log. */
const auditWrites = (
  scope: FastifyInstance,
  auditor: Auditor,
  { isLookedAt, describe }: { isLookedAt: IsLookedAt; describe: Describe },
): void => {
  const hooks = hooksOf(auditor, describe);
  scope.decorateRequest('auditEntry', null);
  scope.decorateRequest('auditReason', null);
  scope.addHook('onRoute', (route) => {
    if (!isLookedAt(route)) return;
    route.preHandler = [route.preHandler ?? [], hooks.preHandler].flat();
    route.onError = [route.onError ?? [], hooks.onError].flat();
    route.onSend = [route.onSend ?? [], hooks.onSend].flat();
  });
};

/** Fields of bodies that say what was asked and hold no secrets and nothing of tenants' jobs. */
const tellable = [
  'concurrency',
  'globalConcurrency',
  'rateLimit',
  'filter',
  'rate',
  'dryRun',
  'events',
  'enabled',
  'type',
  'queue',
  'tags',
] as const;

const toldOf = (body: unknown): AuditDetails => {
  if (typeof body !== 'object' || body === null) return {};
  const given = body as Record<string, AuditDetails[string]>;
  return Object.fromEntries(
    tellable.flatMap((name) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
};

/** Work is handed in at any rate, and every job tells itself who handed it in. */
const isSubmission = ({ config }: RouteOptions): boolean =>
  config?.operation?.id.startsWith('submit') === true;

/** Whether a key does more here than a client's would. */
const isOperators = (request: FastifyRequest): boolean => {
  const { role } = request.routeOptions.config;
  if (role === 'operate' || role === 'admin') return true;
  const { roles } = callerOf(request);
  return roles.includes('operate') || roles.includes('admin');
};

const describeOperation: Describe = (request) => {
  if (!isOperators(request)) return undefined;
  const { id, name, ...params } = request.params as Record<string, string>;
  const query = request.query as AuditDetails;
  return {
    origin: 'api',
    action: request.routeOptions.config.operation?.id ?? '',
    target: id ?? name ?? null,
    details: {
      ...params,
      ...(Object.keys(query).length > 0 && { query }),
      ...toldOf(request.body),
    },
  };
};

/**
 * Writes over the API: all that need the role `operate` or `admin`, and whatever keys with these roles
 * change elsewhere. What they hand in is not among them.
 */
export const auditOperations = (scope: FastifyInstance, auditor: Auditor): void =>
  auditWrites(scope, auditor, {
    isLookedAt: (route) => isWrite(route) && !isSubmission(route),
    describe: describeOperation,
  });

/** What a route of bull-board's page does: the words of its path that are the same for all. */
const actionOf = (route: string): string => {
  const words = route.split('/').filter((word) => word !== '' && !word.startsWith(':'));
  return `board.${words.slice(words.indexOf('queues', 2) + 1).join('.') || 'update'}`;
};

/** Writes at bull-board, which are named by what its page asks for: `board.pause`. */
export const auditBoard = (scope: FastifyInstance, auditor: Auditor): void =>
  auditWrites(scope, auditor, {
    isLookedAt: isWrite,
    describe: ({ routeOptions, params }) => {
      const { queueName, jobId, schedulerId, ...more } = params as Record<string, string>;
      return {
        origin: 'board',
        action: actionOf(routeOptions.url ?? ''),
        target: jobId ?? schedulerId ?? queueName ?? null,
        details: { ...(queueName !== undefined && { queue: queueName }), ...more },
      };
    },
  });
