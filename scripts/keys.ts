// npm run keys -- new: makes an API key; npm run keys -- hash: tells the hash of one.
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { hashOf, makeKey, type NewKey } from './keys/new-key.ts';
import { UsageError, usage } from './keys/usage.ts';

const readOptions = (args: string[]) => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        tenant: { type: 'string' },
        roles: { type: 'string' },
        tier: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (err) {
    throw new UsageError((err as Error).message);
  }
};

const describe = ({ key, entry }: NewKey): string => `A new key, shown only this once:

  ${key}

Its entry in API_KEYS, which holds the hash and not the key:

  ${JSON.stringify(entry)}

Add the entry to the JSON array in API_KEYS of every API process, and start them anew. Clients send
the key as "Authorization: Bearer <key>".
`;

const makeOne = (args: string[]): string => {
  const { tenant, roles, tier, json } = readOptions(args);
  if (!tenant || !roles) throw new UsageError('new needs --tenant and --roles');
  const made = makeKey({
    tenant,
    roles: roles.split(',').map((role) => role.trim()),
    ...(tier !== undefined && { tier }),
  });
  return json ? `${JSON.stringify(made)}\n` : describe(made);
};

const hashGiven = async (args: string[]): Promise<string> => {
  if (args.length > 0) throw new UsageError('hash reads the key from standard input');
  if (process.stdin.isTTY) process.stderr.write('Enter the key, then press Ctrl-D:\n');
  const key = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (key === '') throw new UsageError('there is no key on standard input');
  return `${hashOf(key)}\n`;
};

const run = async ([command, ...args]: string[]): Promise<string> => {
  if (command === 'new') return makeOne(args);
  if (command === 'hash') return hashGiven(args);
  throw new UsageError(command === undefined ? 'say what to do' : `there is no "${command}"`);
};

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (err) {
  if (!(err instanceof UsageError)) throw err;
  process.stderr.write(`${err.message}\n\n${usage}`);
  process.exitCode = 2;
}
