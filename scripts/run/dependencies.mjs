import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError, say } from './report.mjs';

const read = (path) => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

/** Changes whenever the installed packages may be other ones than package.json and the lockfile say. */
const fingerprintOf = (root, nodeMajor) => {
  const packages = readdirSync(join(root, 'packages')).sort();
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...packages.map((name) => join('packages', name, 'package.json')),
  ];
  const hash = createHash('sha256').update(`node ${nodeMajor}\0`);
  for (const file of files) {
    const content = read(join(root, file));
    if (content) hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
};

const pnpmOf = (root) => {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const spec = /^pnpm@[\w.-]+/.exec(packageManager ?? '')?.[0];
  if (!spec) throw new SetupError('package.json names no exact pnpm version in "packageManager".');
  return spec;
};

/**
 * Installs the packages of the workspace unless they are the ones that the lockfile asks for.
 * @param env environment in which the needed Node is first on PATH
 * @throws SetupError with the whole output of pnpm when it fails.
 */
export const ensureDependencies = async (root, relay, nodeMajor, env) => {
  const marker = join(root, 'node_modules', '.drover-installed');
  const fingerprint = fingerprintOf(root, nodeMajor);
  if (read(marker)?.toString() === fingerprint) return;

  const pnpm = pnpmOf(root);
  const first = !existsSync(join(root, 'node_modules'));
  say(`installing dependencies…${first ? ' (the first time takes a minute)' : ''}`);
  // Without the marker an interrupted installation is never taken for a whole one.
  rmSync(marker, { force: true });
  const { NODE_ENV: _, ...rest } = env; // `production` would leave out what `npm start` itself needs
  const { code, stdout, stderr } = await relay.capture(
    'npx',
    ['--yes', `--package=${pnpm}`, '--', 'pnpm', 'install', '--frozen-lockfile'],
    // It is the pinned version already: pnpm need not fetch and verify itself once more.
    { cwd: root, env: { ...rest, CI: 'true', pnpm_config_pm_on_fail: 'ignore' } },
  );
  if (code !== 0) {
    const output = `${stdout}${stderr}`.trim();
    const advice = output.includes('OUTDATED_LOCKFILE')
      ? `A package.json was changed. Bring the lockfile up to date: npx ${pnpm} install`
      : 'The dependencies could not be installed (see above). Is the npm registry reachable?';
    throw new SetupError(`${output}\n\n${advice}`);
  }
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, fingerprint);
};
