/** Whether a database server that was just started takes connections, or has ended instead. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { databaseRole } from "./postgres-folder.ts";

const readyWaitMs = 60_000;

/**
 * Waits until the server behind the socket folder answers: true. False where its process ended, also where it did so before this was
 * called (one that finds its folder in use ends within milliseconds), or where it does not answer in a minute, and is then stopped.
 */
export async function becomesReady(child: ChildProcess, socketFolder: string): Promise<boolean> {
  const untilMs = performance.now() + readyWaitMs;
  while (!hasEnded(child) && performance.now() < untilMs) {
    if ((await answers(socketFolder)) && !hasEnded(child)) return true;
    await delay(20);
  }
  child.kill("SIGINT");
  return false;
}

/** Asked of the process, not remembered from its events: those may be over. Without a number it never ran. */
function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

async function answers(socketFolder: string): Promise<boolean> {
  const client = new Client({
    host: socketFolder,
    user: databaseRole,
    database: "postgres",
    // A server that takes the connection and dies over it must not keep us waiting for ever.
    connectionTimeoutMillis: 2000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
