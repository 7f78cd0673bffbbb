import { keepRunning } from './keep-running.ts';
import type { Embedded, Stack } from './stack.ts';

const startServer = async (stack: Stack, { variable, start }: Embedded) => {
  const launch = async (port?: number) => {
    const server = await start(port);
    await stack.ownership.record(server.name, server.pid);
    for (const app of stack.runningApps.values()) server.serve(app.current().pid);
    return server;
  };
  const first = await launch();
  stack.urls[variable] = first.url;
  // The apps know the first one's URL: whatever replaces it takes the same port.
  const relaunch = async () => {
    const server = await launch(first.port);
    stack.report.info(`${server.name} is running again`);
    return server;
  };
  stack.runningServers.push(keepRunning(first, { report: stack.report, start: relaunch }));
};

/** Starts the embedded servers, all at once, and keeps them running. */
export const startServers = async (stack: Stack): Promise<void> => {
  await Promise.all(stack.servers.map((server) => startServer(stack, server)));
};
