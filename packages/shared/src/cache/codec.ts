import { z } from 'zod';

/** How values of a cache become bytes, and bytes values. */
export interface Codec<Value> {
  /** @throws when the value does not fit. */
  encode(value: Value): Uint8Array;
  /** @throws when the bytes are not those of a value: then the entry counts as missing. */
  decode(bytes: Uint8Array): Value;
  /** What a reader gets of a value that others hold as well; default the value itself, which is frozen. */
  copy?(value: Value): Value;
  /** Bytes of memory that a byte of an encoded value takes; default 4, as of parsed JSON. */
  readonly weight?: number;
}

/** Freezes plain data through and through, so that no reader can change what others read. */
const freeze = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
};

/** JSON of what `z.encode` makes of a value. No bytes at all stand for `undefined`. */
export const jsonCodec = <Value>(schema: z.ZodType<Value, unknown>): Codec<Value> => ({
  encode: (value) => Buffer.from(JSON.stringify(z.encode(schema, value)) ?? ''),
  decode: (bytes) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    return freeze(z.decode(schema, text === '' ? undefined : JSON.parse(text)));
  },
});

/** Bytes as they are. Every reader gets a copy: bytes cannot be frozen. */
export const bytesCodec: Codec<Uint8Array> = {
  encode: (value) => Uint8Array.from(value),
  decode: (bytes) => Uint8Array.from(bytes),
  copy: (value) => value.slice(),
  weight: 1,
};
