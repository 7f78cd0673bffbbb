/** What a client is told about a kind of problem: its status, and what stands on its page. */
export interface ProblemType {
  readonly status: number;
  /** The same for every occurrence. */
  readonly title: string;
  /** What has happened, in a sentence or two. */
  readonly meaning: string;
  /** What the client should do about it. */
  readonly remedy: string;
}

/** Every problem that the HTTP API answers with, by code. Codes never change. */
export const problemTypes = {
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    meaning: 'The body is empty, is not encoded in UTF-8 or is not well-formed JSON.',
    remedy: 'Send JSON that a parser accepts. The same request will always fail.',
  },
  'bad-request': {
    status: 400,
    title: 'The request cannot be understood',
    meaning: 'The request breaks the rules of HTTP: its URL, its headers or its framing.',
    remedy: 'Correct the request; an HTTP library does so by itself.',
  },
  'invalid-parameters': {
    status: 400,
    title: 'A parameter is not valid',
    meaning: 'A parameter of the query string or a header is unknown or has a wrong value.',
    remedy: 'Correct the parameters that are named; the API reference lists those that there are.',
  },
  'invalid-idempotency-key': {
    status: 400,
    title: 'The Idempotency-Key is not valid',
    meaning: 'An Idempotency-Key has 1 to 255 visible ASCII characters.',
    remedy: 'Use a UUID for each thing to be done, and the same one when it is tried again.',
  },
  unauthorized: {
    status: 401,
    title: 'A valid API key is required',
    meaning: 'The request has no API key, or one that is not known here.',
    remedy: 'Send the header "Authorization: Bearer <key>" with a key of this server.',
  },
  'metrics-token-required': {
    status: 401,
    title: 'The metrics need a token',
    meaning: 'The operator has set METRICS_TOKEN, and the request does not have it.',
    remedy: 'Send the header "Authorization: Bearer <token>" with the value of METRICS_TOKEN.',
  },
  forbidden: {
    status: 403,
    title: 'The API key may not do this',
    meaning: 'The key is known, and lacks the role that this call needs.',
    remedy: 'Use a key that has the role, or ask the operator for one.',
  },
  'metrics-not-public': {
    status: 403,
    title: 'The metrics are not shown through a proxy',
    meaning:
      'The request came through a proxy, and no METRICS_TOKEN is set: whoever reaches the proxy could read them.',
    remedy: 'Let Prometheus ask each process directly, or set METRICS_TOKEN.',
  },
  'cross-site': {
    status: 403,
    title: 'Writes from other sites are refused',
    meaning: 'A browser sent this for a page of another site, with the credentials of its user.',
    remedy: 'Do it from the page itself, or with an API key.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this address',
    meaning: 'No call of the API has this path.',
    remedy: 'Compare the path with the API reference at /docs; upper and lower case differ.',
  },
  'job-not-found': {
    status: 404,
    title: 'There is no such job',
    meaning:
      'There is no job with this id, it belongs to another tenant, or its time of retention is over.',
    remedy: 'Check the id. A finished job can be read until its retention ends, and not after.',
  },
  'workflow-not-found': {
    status: 404,
    title: 'There is no such workflow',
    meaning:
      'There is no workflow with this id, it belongs to another tenant, or its time of retention is over.',
    remedy: 'Check the id. GET /workflows lists those that there are.',
  },
  'job-type-not-found': {
    status: 404,
    title: 'There is no such job type',
    meaning: 'The catalog of this server has no job type of this name.',
    remedy: 'GET /job-types lists the names.',
  },
  'artifact-not-found': {
    status: 404,
    title: 'There is no such artifact',
    meaning: 'The job has no file of this name.',
    remedy: 'Take the address from the result of the job.',
  },
  'dead-letter-not-found': {
    status: 404,
    title: 'There is no such dead letter',
    meaning:
      'No job of this id has failed for good, it belongs to another tenant, or it is gone: redriven, deleted or too old.',
    remedy:
      'GET /dead-letters lists those that there are; GET /jobs/:id says what became of a job.',
  },
  'schedule-not-found': {
    status: 404,
    title: 'There is no such schedule',
    meaning: 'There is no schedule with this id, or it belongs to another tenant.',
    remedy: 'GET /schedules lists those that there are.',
  },
  'view-not-found': {
    status: 404,
    title: 'There is no such view',
    meaning: 'No view of this name is in the database.',
    remedy: 'GET /views lists those that there are.',
  },
  'queue-not-found': {
    status: 404,
    title: 'There is no such queue',
    meaning: 'No queue of this server has this name.',
    remedy: 'GET /queues lists the names.',
  },
  'cache-not-found': {
    status: 404,
    title: 'There is no such cache',
    meaning: 'No cache of this name holds anything.',
    remedy: 'Compare the name with the one in the code that defines the cache.',
  },
  'webhook-not-found': {
    status: 404,
    title: 'There is no such webhook endpoint',
    meaning: 'No webhook endpoint has this id, it belongs to another tenant, or it was deleted.',
    remedy: 'GET /webhooks lists those that there are.',
  },
  'webhook-delivery-not-found': {
    status: 404,
    title: 'There is no such webhook delivery',
    meaning:
      'No webhook delivery has this id, it belongs to another tenant, or its time of retention is over.',
    remedy: 'GET /webhooks/deliveries lists those that there are.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed here',
    meaning: 'The path exists, and does not take this method.',
    remedy: 'Use one of the methods that the header Allow names.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    meaning: 'The head or the body of the request was not complete in time.',
    remedy: 'Send it again over a better connection.',
  },
  'history-off': {
    status: 501,
    title: 'This server records no history',
    meaning:
      'Jobs are listed from the history in Postgres, and HISTORY_DAYS is 0: nothing is recorded.',
    remedy: 'Read jobs by their ids, or ask the operator to set HISTORY_DAYS.',
  },
  'job-finished': {
    status: 409,
    title: 'The job has finished',
    meaning: 'A job that has finished cannot be canceled any more.',
    remedy: 'Nothing is left to do: read the job to see how it ended.',
  },
  'job-not-retryable': {
    status: 409,
    title: 'The job cannot be retried now',
    meaning:
      'Only a job that has failed, expired or been canceled can be retried, and a step of a workflow only when the others that had to end for it have ended.',
    remedy: 'Wait until the job has ended; submit a new one to do a successful job again.',
  },
  'workflow-finished': {
    status: 409,
    title: 'The workflow has ended',
    meaning: 'A workflow that has ended cannot be canceled any more.',
    remedy: 'Nothing is left to do: read the workflow to see how it ended.',
  },
  'job-not-dead': {
    status: 409,
    title: 'The job is no dead letter now',
    meaning: 'The job is there and has not failed for good: it was redriven, or runs still.',
    remedy: 'Nothing was done now. Read the job to see how it goes on.',
  },
  'webhook-limit': {
    status: 409,
    title: 'There are too many webhook endpoints',
    meaning: 'The tenant has as many webhook endpoints as it may have.',
    remedy: 'Delete one, or let one serve more events.',
  },
  'webhook-disabled': {
    status: 409,
    title: 'The webhook endpoint is disabled',
    meaning: 'Nothing is delivered to an endpoint that is disabled.',
    remedy: 'Enable it with PATCH /webhooks/:id, then try again.',
  },
  'schedule-declared': {
    status: 409,
    title: 'The schedule stands in the code',
    meaning:
      'A schedule of this id is declared in the code of the scheduler: it cannot be written or deleted over the API.',
    remedy: 'Use another id. Operators can trigger it, disable it and enable it again.',
  },
  'schedule-limit': {
    status: 409,
    title: 'There are too many schedules',
    meaning: 'The tenant has as many schedules as this server allows.',
    remedy: 'Delete those that are not needed, or ask the operator to raise SCHEDULES_MAX.',
  },
  'schedule-unrunnable': {
    status: 409,
    title: 'The schedule cannot run',
    meaning: 'Its job type is there no longer, or its payload does not fit the type any more.',
    remedy: 'Write the schedule anew with PUT /schedules/:id, or delete it.',
  },
  'job-gone': {
    status: 410,
    title: 'The job of this submission is gone',
    meaning:
      'The same submission came before, by its Idempotency-Key or its dedupe key, and made a job whose time of retention is over.',
    remedy: 'Nothing was done now. Use a new key to have it done again.',
  },
  'workflow-gone': {
    status: 410,
    title: 'The workflow of this submission is gone',
    meaning:
      'The same submission came before, by its Idempotency-Key, and made a workflow whose time of retention is over.',
    remedy: 'Nothing was done now. Use a new key to have it done again.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body has more bytes than this call takes.',
    remedy: 'Put large files behind a URL or into an artifact, and split large batches.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be JSON',
    meaning: 'The body is of another media type, in another charset than UTF-8, or compressed.',
    remedy: 'Send "Content-Type: application/json" and the body as it is.',
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'The range lies outside the file',
    meaning: 'The first byte that is asked for lies beyond the end of the file.',
    remedy: 'The header Content-Range has the size of the file; ask for a part of it.',
  },
  'expectation-failed': {
    status: 417,
    title: 'The expectation cannot be met',
    meaning: 'The header Expect asks for something other than 100-continue.',
    remedy: 'Send the request without the header Expect.',
  },
  'invalid-submission': {
    status: 422,
    title: 'The submission is not valid',
    meaning: 'The body is JSON, and a field is missing, unknown or wrong.',
    remedy: 'Correct the fields that "errors" points to. The same body will always fail.',
  },
  'unknown-job-type': {
    status: 422,
    title: 'There is no such job type',
    meaning: 'The submission names a type that the catalog of this server does not have.',
    remedy: 'Use the name that the detail suggests, or one of GET /job-types.',
  },
  'idempotency-conflict': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    meaning: 'This Idempotency-Key came before, with another body.',
    remedy: 'Use a new key for a new request; repeat a request with exactly the same body.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'The tenant has used up what its tier allows for now.',
    remedy: 'Wait as many seconds as Retry-After says, then go on.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The headers of the request have more than 16 KiB.',
    remedy: 'Send fewer or shorter headers.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    meaning: 'The server met an error that it did not expect, and logged it.',
    remedy: 'Try again later; tell the operator the X-Request-Id of the answer if it lasts.',
  },
  'keys-missing': {
    status: 503,
    title: 'This server has no API keys',
    meaning: 'The server runs in production without an API key, and refuses every call.',
    remedy: 'Its operator must set API_KEYS.',
  },
  'store-unavailable': {
    status: 503,
    title: 'A store cannot be reached',
    meaning:
      'Redis does not answer in time or has no memory left, or the store of artifacts does not answer.',
    remedy:
      'Try again after the seconds of Retry-After. A submission with an Idempotency-Key can be repeated safely.',
  },
  overloaded: {
    status: 503,
    title: 'The server has too much to do',
    meaning: 'This process answers too slowly now, and turns calls away until it has caught up.',
    remedy: 'Try again after the seconds of Retry-After. Nothing was done.',
  },
} as const satisfies Record<string, ProblemType>;

export type ProblemCode = keyof typeof problemTypes;
