// Loaded into the API before its program: tells the memory in use after a full garbage collection.
import { createServer } from 'node:http';
import { heapPort } from './heap-port.ts';

createServer((_, response) => {
  globalThis.gc?.();
  response.end(JSON.stringify(process.memoryUsage()));
})
  .listen(Number(process.env[heapPort]), '127.0.0.1')
  .unref();
