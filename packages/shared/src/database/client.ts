import { Client } from 'pg';

/** A connection to Postgres. */
export type DatabaseClient = Client;

/** One connection of its own, without time limits, for what must not be interrupted. */
export const withClient = async <T>(
  options: { url: string; name: string },
  use: (client: Client) => Promise<T>,
): Promise<T> => {
  const client = new Client({
    connectionString: options.url,
    application_name: options.name,
    keepAlive: true,
  });
  // A lost connection also fails the query under way; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};
