/** A thread that verifies lines before they are stored. Started by line-verifier.ts. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { nodePrimitives } from "@coterie/primitives/node";
import type { StampKeys } from "./line-stamps.ts";
import { createLineVerification, stampVerified } from "./line-verification.ts";

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  // cast: line-verifier.ts starts this file with just this
  const keys = workerData as StampKeys;
  const deps = createLineVerification(nodePrimitives, keys);
  keys.storeKey.fill(0);
  port.on("message", (message: Uint8Array<ArrayBuffer> | "end") => {
    if (message === "end") {
      deps.stamps.destroy();
      port.close();
      return;
    }
    const stamped = stampVerified(deps, Buffer.from(message.buffer, message.byteOffset, message.length));
    // Memory of its own, so that it can be handed over.
    const own = new Uint8Array(stamped);
    port.postMessage(own, [own.buffer]);
  });
}
