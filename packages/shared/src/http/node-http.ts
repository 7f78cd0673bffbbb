/**
 * What Drover needs of node:http. An `import` asks for all that the module has, and one part, the
 * WebSocket, loads an HTTP client of 3 MB with it.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
