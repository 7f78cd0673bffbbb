// node history-recorder-process.ts <prefix> <redis> <database>: a recorder that says when it has sent a statement.
import type { Transactional } from '@drover/shared/database/in-transaction';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { silentLog } from '@drover/shared/log';
import { connected, createRedis } from '@drover/shared/redis/connections';
import { createRecorder } from '../src/history/recorder.ts';

const [prefix = '', url = '', database = ''] = process.argv.slice(2);
const log = silentLog();
const redis = createRedis({ url, purpose: 'producer', name: 'killed', log });
await connected(redis);
const pool = createPool({ url: database, max: 2, name: 'killed', log });

const query = ((...parameters: Parameters<typeof pool.query>) => {
  const answer = pool.query(...parameters);
  process.stdout.write('writing\n');
  return answer;
}) as Transactional['query'];
const db: Transactional = { connect: pool.connect.bind(pool), query };

const recorder = createRecorder({
  ...{ redis, keys: createKeys(prefix), db, log },
  ...{ partitions: 1, backlog: 10_000, keptDays: 30, name: 'killed' },
});
await recorder.catchUp();
