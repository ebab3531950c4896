/**
 * Starting workers under Trusted Types: the address of a worker is a script address, and one policy allows exactly those
 * that this build made.
 */
// oxlint-disable-next-line import/default -- the build tool makes the default export
import keyWorkerAddress from "../keys/key-worker.ts?worker&url";
// oxlint-disable-next-line import/default -- the build tool makes the default export
import openingWorkerAddress from "../contacts/opening-worker.ts?worker&url";
import type { WorkerPort } from "../keys/key-workshop.ts";

/** The part of Trusted Types that is used. Older browsers have none, and check nothing. */
interface TrustedTypesPort {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (address: string) => string },
  ) => { readonly createScriptURL: (address: string) => string };
}

// cast: present in browsers that have Trusted Types; the compiler's list of globals does not have it yet
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypesPort };

const allowed: readonly string[] = [keyWorkerAddress, openingWorkerAddress];

const rules = {
  createScriptURL(address: string): string {
    if (!allowed.includes(address)) throw new TypeError("not the address of a worker of this build");
    return address;
  },
};

const policy = trustedTypes === undefined ? rules : trustedTypes.createPolicy("coterie", rules);

/** A worker for one key job. */
export function startKeyWorker(): WorkerPort {
  return start(keyWorkerAddress);
}

/** A worker that opens contacts. */
export function startOpeningWorker(): WorkerPort {
  return start(openingWorkerAddress);
}

function start(address: string): WorkerPort {
  const worker = new Worker(policy.createScriptURL(address), { type: "module" });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    listen: ({ onMessage, onError }) => {
      worker.addEventListener("message", ({ data }) => onMessage(data));
      worker.addEventListener("error", onError);
      worker.addEventListener("messageerror", onError);
    },
    terminate: () => worker.terminate(),
  };
}
