import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Resources } from '../run-bench.ts';

export interface LargeFile {
  readonly url: string;
  readonly rows: number;
  /** Rows that do not fit. */
  readonly badRows: number;
}

/** One row in so many has a quantity that no order can have. */
const badEvery = 1_000;
const rowsPerChunk = 1_000;

const header = 'number,customer_id,product_id,quantity,amount,status,placed_at\n';

const rowOf = (n: number): string => {
  const quantity = n % badEvery === 0 ? 0 : 1 + (n % 5);
  return `I-${n},${1 + (n % 1_000)},${1 + (n % 100)},${quantity},${(n % 10_000) / 100},paid,2026-01-01T08:00:00Z\n`;
};

const textOf = function* (rows: number): Generator<string> {
  yield header;
  for (let first = 1; first <= rows; first += rowsPerChunk) {
    let chunk = '';
    for (let n = first; n < Math.min(first + rowsPerChunk, rows + 1); n += 1) chunk += rowOf(n);
    yield chunk;
  }
};

/** Serves a csv file of orders on this machine, made while it is read. */
export const serveLargeFile = async (resources: Resources, rows: number): Promise<LargeFile> => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/csv' });
    pipeline(Readable.from(textOf(rows)), response).catch(() => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/orders.csv`,
    rows,
    badRows: Math.floor(rows / badEvery),
  };
};
