import { parseArgs } from 'node:util';
import { z } from 'zod';
import { duration } from '../../packages/shared/src/duration.ts';
import { type Call, calls, type Mix } from './sending/calls.ts';

/** The profiles, with the defaults of what they share: requests a second, and how long. */
export const profileDefaults = {
  load: { rate: 100, for: '1m' },
  stress: { rate: 100, for: '10s' },
  spike: { rate: 50, for: '1m' },
  soak: { rate: 50, for: '1h' },
  scalability: { rate: 0, for: '10s' },
} as const;
export type ProfileName = keyof typeof profileDefaults;
const profileNames = Object.keys(profileDefaults) as ProfileName[];

export const usage = `Usage: npm run bench load -- <profile> [options]

Profiles
  load          A steady load: are the criteria met?
  stress        More and more load, until the criteria fail: where is the knee?
  spike         A sudden load of many times the usual one, and back: does it recover?
  soak          A steady load for long: do latency and memory drift?
  scalability   As many requests as clients can make, against more and more replicas or with more
                and more clients: what does each add?

Options
  --url URL            Drover; repeated: its replicas, in turn  (DROVER_URL, http://localhost:3000)
  --key KEY            Its tenant should have no limit          (DROVER_KEY, dev)
  --rate N             Requests a second: steady, usual, or first step
  --for TIME           All of the test; of stress and scalability: of each step
  --mix A=N,…          How often: submit, read, wait, list      (submit=70,read=20,wait=5,list=5)
  --job JSON           What is submitted                        ({"type":"demo.echo","payload":{"value":1}})
  --connections N      Kept-alive connections to each URL       (128)
  --factor N           stress: from step to step (1.5); spike: height (10)
  --max N              stress: highest rate that is tried       (20000)
  --expect N           stress: the knee must be at N a second at least
  --clients N,N,…      scalability: how many are at work        (1,2,4,8,16,32,64)
  --replicas N,N,…     scalability: how many replicas there are in each step, made by --scale
  --scale COMMAND      scalability: run before each step, with {n} replaced by the replicas
  --metrics URL        /metrics of a process; may be repeated   (/metrics of --url)
  --metrics-token T    METRICS_TOKEN of the processes
  --html FILE          Write a report with charts
  --json               Print the figures as JSON

Ends with 0 when the criteria are met, 1 when not, 2 when it could not begin, 130 when interrupted.`;

const wholeNumber = (most: number) => z.coerce.number().int().min(1).max(most);

const numbers = z
  .string()
  .regex(/^\d{1,4}(,\d{1,4})*$/, 'expected whole numbers with commas between them')
  .transform((text) => text.split(',').map(Number))
  .refine((all) => all.every((n) => n >= 1 && n <= 1_024), 'expected numbers from 1 to 1024');

const isCall = (name: string): name is Call => (calls as readonly string[]).includes(name);

const mix = z.string().transform((text, context): Mix => {
  const parts = text.split(',').map((part) => part.split('='));
  const isRight = parts.every(
    ([name = '', share = '', more]) => isCall(name) && /^\d{1,6}$/.test(share) && !more,
  );
  const weights = Object.fromEntries(
    parts.map(([name = '', share]) => [name, Number(share)] as const),
  );
  if (isRight && Object.values(weights).some((share) => share > 0)) {
    return { submit: 0, read: 0, wait: 0, list: 0, ...weights };
  }
  context.addIssue({
    code: 'custom',
    message: `expected something like submit=70,read=30, of ${calls.join(', ')}`,
  });
  return z.NEVER;
});

const webUrl = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as http://localhost:3000' })
  .transform((text) => new URL(text))
  .refine((url) => !url.username && !url.search, 'expected no user, no password and no query');

const json = z.string().refine((text) => {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}, 'expected JSON such as {"type":"demo.echo","payload":{"value":1}}');

const minMs = 1_000;

const schema = z
  .object({
    url: z.array(webUrl).min(1),
    key: z.string().regex(/^[\x21-\x7e]+$/, 'expected a key without spaces'),
    rate: z.coerce.number().min(0).max(100_000),
    for: duration.refine((ms) => ms >= minMs, 'expected 1s at least'),
    mix: mix.prefault('submit=70,read=20,wait=5,list=5'),
    job: json.default('{"type":"demo.echo","payload":{"value":1}}'),
    connections: wholeNumber(10_000).default(128),
    factor: z.coerce.number().gt(1).max(1_000).optional(),
    max: wholeNumber(100_000).default(20_000),
    expect: wholeNumber(100_000).optional(),
    clients: numbers.prefault('1,2,4,8,16,32,64'),
    replicas: numbers.optional(),
    scale: z
      .string()
      .refine((command) => command.includes('{n}'), 'expected a command with {n} in it')
      .optional(),
    metrics: z.array(webUrl).optional(),
    'metrics-token': z.string().optional(),
    html: z.string().min(1).optional(),
    json: z.boolean().default(false),
  })
  .refine(({ replicas, scale }) => (replicas === undefined) === (scale === undefined), {
    error: 'goes with --scale, and --scale with --replicas',
    path: ['replicas'],
  });

export type Settings = z.output<typeof schema> & { readonly profile: ProfileName };

type Environment = Readonly<Record<string, string | undefined>>;

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: texts,
      key: text,
      rate: text,
      for: text,
      mix: text,
      job: text,
      connections: text,
      factor: text,
      max: text,
      expect: text,
      clients: text,
      replicas: text,
      scale: text,
      metrics: texts,
      'metrics-token': text,
      html: text,
      json: flag,
    },
  });

/**
 * What the command line asks for.
 * @throws Error that says what is wrong.
 */
export const readSettings = (args: readonly string[], env: Environment): Settings => {
  const { values, positionals } = parse(args);
  const [profile, ...more] = positionals;
  const known = profileNames.find((name) => name === profile);
  if (known === undefined || more.length > 0) {
    const problem =
      profile === undefined ? 'Name a profile' : `There is no profile "${positionals.join(' ')}"`;
    throw new Error(`${problem}: ${profileNames.join(', ')}. --help tells more.`);
  }
  const parsed = schema.safeParse({
    ...profileDefaults[known],
    url: [env['DROVER_URL'] || 'http://localhost:3000'],
    key: env['DROVER_KEY'] || 'dev',
    ...values,
  });
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path, message }) => `--${String(path[0])}: ${message}`,
    );
    throw new Error(lines.join('\n'));
  }
  if (known !== 'scalability' && parsed.data.rate < 1)
    throw new Error('--rate: expected 1 at least');
  if (known === 'stress' && parsed.data.max < parsed.data.rate) {
    throw new Error('--max: expected the rate of the first step at least');
  }
  return { ...parsed.data, profile: known };
};
