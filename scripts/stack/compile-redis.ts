// Run as a process of its own, since the package prints to stdout and cannot be stopped:
// node compile-redis.ts <folder> leaves <folder>/stable/redis-server.
import { RedisBinary } from 'redis-memory-server';

const source = 'https://download.redis.io/redis-stable.tar.gz';
const patienceMs = 5_000;

const downloadDir = process.argv[2];
if (downloadDir === undefined) throw new Error('usage: compile-redis.ts <folder>');
try {
  // The package itself waits for minutes where the network silently drops what it sends.
  await fetch(source, { method: 'HEAD', signal: AbortSignal.timeout(patienceMs) });
} catch {
  console.error(`${new URL(source).host} cannot be reached`);
  process.exit(1);
}
await RedisBinary.getPath({ downloadDir, version: 'stable' });
