// npm run test:compose [-- --rate N --keep]: breaks a running Compose stack, and checks what is promised.
import { parseArgs } from 'node:util';
import { toError } from '../packages/shared/src/errors.ts';
import { tableOf } from './compose/findings.ts';
import { testStack } from './compose/test-stack.ts';
import { onStopRequests } from './stack/stop-requests.ts';

const usageExitCode = 2;

const usage = `npm run test:compose -- [options]

Builds the image, runs a stack of its own beside any other (project "drover-compose-test"), breaks it
under load, and takes it away again, volumes included. Takes about six minutes.

  --rate N   jobs submitted a second while things break; default 200
  --only S   only the checks whose name contains S: ${'curl, confined, events, scale, rate, faults, rolling, down'}
  --keep     leave the stack running`;

const say = (text: string) => void process.stderr.write(`${text}\n`);

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '200' },
      only: { type: 'string', default: '' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rate = Number(values.rate);
  if (Number.isSafeInteger(rate) && rate > 0) return { ...values, rate };
  throw new Error(`--rate must be a whole number above 0, not "${values.rate}".`);
};

const interrupted = new AbortController();
onStopRequests({ stop: () => interrupted.abort(), force: () => process.exit(130) });

try {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
    process.exit(0);
  }
  const findings = await testStack({ ...options, signal: interrupted.signal, say });
  console.log(`\n${tableOf(findings)}\n`);
  process.exit(findings.every(({ isMet }) => isMet !== false) ? 0 : 1);
} catch (thrown) {
  const { message, stack } = toError(thrown);
  const isUsage = message.startsWith('--') || message.includes("option '");
  process.stderr.write(`${isUsage ? `${message}\n\n${usage}` : stack}\n`);
  process.exit(isUsage ? usageExitCode : 1);
}
