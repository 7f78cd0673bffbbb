import type { Settings } from './settings.ts';

const patienceMs = 10_000;

/** What has to be known before the load. */
export interface Target {
  /** Origins of the replicas; all have the same path. */
  readonly origins: readonly string[];
  /** Path before that of each call; empty for most. */
  readonly prefix: string;
  /** A job that can be read. */
  readonly firstId: string;
}

const withoutSlash = (path: string) => path.replace(/\/+$/, '');

/** Text of an answer's problem, or its beginning. */
const detailOf = (body: string): string => {
  try {
    const { detail, title } = JSON.parse(body) as { detail?: string; title?: string };
    return detail ?? title ?? '';
  } catch {
    return body.slice(0, 100).replaceAll(/\s+/g, ' ');
  }
};

/** What to do about an answer that is not the right one. */
const advice: Readonly<Record<number, string>> = {
  401: 'The key is not known there: give another with --key or DROVER_KEY.',
  403: 'The key may not do that: it needs the roles submit and read.',
  404: 'Is that the API of Drover? --url is where /jobs is, without /jobs.',
  405: 'Is that the API of Drover? --url is where /jobs is, without /jobs.',
  422: 'Give a job that the server takes with --job; the types demo.* are off in production.',
  429: "The tenant has used up its tier's limit: use a key of the tier unlimited.",
  503: 'Is its Redis there? Ask /ready.',
};

const ask = async (
  url: string,
  { method, key, body }: { method: string; key: string; body?: string },
): Promise<Response> => {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  }).catch((thrown: Error & { cause?: { code?: string; message?: string } }) => {
    const why = thrown.cause?.code ?? thrown.cause?.message ?? thrown.name;
    throw new Error(
      `${url} cannot be reached (${why}). Does Drover run there? Name its URL with --url or DROVER_URL.`,
    );
  });
  if (response.ok) return response;
  const { status } = response;
  const detail = detailOf(await response.text());
  throw new Error(
    [`${method} ${url} was answered ${status}: ${detail}`, advice[status]]
      .filter((line) => line)
      .join('\n'),
  );
};

/** How many jobs a test submits; undefined when that is what it finds out. */
export const plannedJobs = ({
  profile,
  rate,
  for: ms,
  mix,
  factor,
}: Settings): number | undefined => {
  if (profile === 'stress' || profile === 'scalability') return undefined;
  const { submit, wait, read, list } = mix;
  const share = (submit + wait) / (submit + wait + read + list);
  const mean = profile === 'spike' ? rate * (1 + ((factor ?? 10) - 1) / 5) : rate;
  return Math.ceil((mean * share * ms) / 1_000);
};

/** @throws Error when the key's tier does not allow what the test is to submit. */
const checkLimit = ({ headers }: Response, settings: Settings): void => {
  const limit = headers.get('x-ratelimit-limit');
  if (limit === null) return;
  const planned = plannedJobs(settings);
  const left = Number(headers.get('x-ratelimit-remaining'));
  if (planned !== undefined && planned <= left) return;
  const [, tier = '?', window = '?'] =
    /^"([^"]*)".*w=(\d+)/.exec(headers.get('ratelimit-policy') ?? '') ?? [];
  const wanted = planned === undefined ? 'as many as it can' : `about ${planned}`;
  throw new Error(
    `The key's tier "${tier}" allows ${limit} jobs in ${window} s, of which ${left} are left; this test submits ${wanted}.\n` +
      'Use a key of the tier unlimited: npm run keys -- new --tenant load-test --roles submit,read --tier unlimited',
  );
};

/**
 * Makes each call of the test once, at each replica.
 * @throws Error that says what is wrong and what to do about it.
 */
export const preflight = async (settings: Settings): Promise<Target> => {
  const { url: urls, key, job, mix } = settings;
  const prefixes = new Set(urls.map(({ pathname }) => withoutSlash(pathname)));
  if (prefixes.size > 1) throw new Error('--url: all replicas must have the same path');
  let firstId = '';
  for (const url of urls) {
    const base = url.origin + withoutSlash(url.pathname);
    const accepted = await ask(`${base}/jobs`, { method: 'POST', key, body: job });
    const path = accepted.headers.get('location');
    if (!path?.includes('/jobs/')) {
      throw new Error(`${base} is not Drover: it took a job and named no Location.`);
    }
    checkLimit(accepted, settings);
    firstId = path.split('/').at(-1) ?? '';
    if (mix.read > 0) await ask(`${base}/jobs/${firstId}`, { method: 'GET', key });
    if (mix.list > 0) await ask(`${base}/jobs?limit=20`, { method: 'GET', key });
  }
  return { origins: urls.map(({ origin }) => origin), prefix: [...prefixes][0] ?? '', firstId };
};
