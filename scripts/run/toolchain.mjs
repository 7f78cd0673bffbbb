import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError, say } from './report.mjs';

const neededMajor = 24;

const majorOf = (version) => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);

/** What must be unchanged for a binary to be the one that ran before; cheaper than running it. */
const identityOf = (path) => {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
};

const readAnswer = (file) => {
  try {
    const { path, version, identity } = JSON.parse(readFileSync(file, 'utf8'));
    const intact = typeof path === 'string' && identity && identityOf(path) === identity;
    return intact ? { path, major: majorOf(version) } : undefined;
  } catch {
    return undefined;
  }
};

const help = (reason) =>
  new SetupError(
    [
      `Drover needs Node ${neededMajor} or later; this is ${process.version}, and npm could not provide one.`,
      `Install it from https://nodejs.org or with a version manager, then try again.`,
      ...(reason ? ['', reason] : []),
    ].join('\n'),
  );

/**
 * Path and major version of a Node that is new enough: this very one, else the one that npm gave before, else one that
 * npm gives now (`node` is a package that carries the binary).
 * @throws SetupError when there is none.
 */
export const findNode = async (root, relay) => {
  const own = { path: process.execPath, major: majorOf(process.version) };
  if (own.major >= neededMajor) return own;

  const file = join(root, '.drover', 'toolchain.json');
  const known = readAnswer(file);
  if (known) return known;

  say(`this is Node ${process.version}; getting Node ${neededMajor} from npm, once…`);
  const show = 'JSON.stringify({ path: process.execPath, version: process.version })';
  const { code, stdout, stderr } = await relay.capture(
    'npx',
    ['--yes', `--package=node@${neededMajor}`, '--', 'node', '-p', show],
    { cwd: root, env: process.env },
  );
  const answer = /^\{.*\}$/m.exec(stdout)?.[0];
  if (code !== 0 || answer === undefined) throw help(`${stdout}${stderr}`.trim());
  const { path, version } = JSON.parse(answer);
  if (majorOf(version) < neededMajor) throw help(`npm gave Node ${version}.`);

  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ path, version, identity: identityOf(path) })}\n`);
  return { path, major: majorOf(version) };
};
