/** Listening and closing. */
import { once } from "node:events";
import type { Server } from "node:http";
import { StartError } from "../errors.ts";

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Listens; the port that was taken. Throws StartError with a message for the operator. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  try {
    const listening = once(server, "listening");
    server.listen(port, host);
    await listening;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") throw new StartError(`port ${port} is taken by another program: set PORT to a free one`);
    if (code === "EACCES") throw new StartError(`port ${port} needs privileges: set PORT to one above 1023`);
    throw new StartError(`cannot listen on port ${port} of that address: check HOST`);
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** How long requests under way may take once the server stops. */
const finishWithinMs = 10_000;

/** Stops accepting, lets requests under way finish, and returns when all connections are closed. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  // A client that sends one byte now and then does not hold the gateway up.
  const deadline = setTimeout(() => server.closeAllConnections(), finishWithinMs);
  await closed;
  clearTimeout(deadline);
}
