import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../checkout.ts';
import type { Finding } from '../findings.ts';
import type { Check } from './check.ts';

const run = promisify(execFile);

/** The blocks of the README that need nothing but a shell and curl, in order. */
const curlBlocks = async (): Promise<string[]> => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  return [...readme.matchAll(/```sh\n(.*?)```/gs)]
    .map(([, block = '']) => block)
    .filter((block) => block.includes('curl '));
};

/** Pastes each block into a shell, with the stack's port in the place of 3000. */
export const curlLines: Check = {
  name: 'curl',
  run: async ({ stack }) => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-curl-'));
    try {
      const findings: Finding[] = [];
      for (const [index, block] of (await curlBlocks()).entries()) {
        const script = block.replaceAll('localhost:3000', stack.url.slice('http://'.length));
        const { stdout } = await run(
          'bash',
          ['-eu', '-c', script.replaceAll('curl ', 'curl --fail ')],
          {
            cwd: folder,
          },
        ).catch((err: Error) => ({ stdout: err.message }));
        const isMet = stdout.includes('"status":"succeeded"');
        const promise = `README’s curl lines work through nginx, block ${index + 1}`;
        findings.push({ promise, isMet, seen: isMet ? 'succeeded' : stdout.slice(0, 200) });
      }
      return findings;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
