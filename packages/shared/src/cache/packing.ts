import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { maxValueBytes } from './define-cache.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A value's bytes as Redis keeps them. */
export interface Packed {
  readonly packing: 'raw' | 'zstd';
  readonly body: Buffer;
}

/** Compresses what has more bytes than that, where it pays: by a tenth at least. */
export const pack = async (bytes: Uint8Array, compressOver: number): Promise<Packed> => {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (raw.length <= compressOver) return { packing: 'raw', body: raw };
  const body = await compress(raw);
  return body.length < raw.length * 0.9 ? { packing: 'zstd', body } : { packing: 'raw', body: raw };
};

/** @throws when the bytes are damaged, or would become more than any value may have. */
export const unpack = ({ packing, body }: Packed): Promise<Buffer> | Buffer =>
  packing === 'zstd' ? decompress(body, { maxOutputLength: maxValueBytes }) : body;
