/** The real browser. */
import { systemRandom } from "./system-random.ts";
import { GatewayUnreachableError } from "../errors.ts";
import type { SendToGateway } from "../gateway/unary-call.ts";
import { webLimits } from "../limits.ts";
import type { TextStore } from "../session/signing-key-pin.ts";
import type { Platform, SavedFile } from "./platform.ts";
import { startKeyWorker, startOpeningWorker } from "./workers.ts";

/** The browser that this document is shown in. */
export function createBrowserPlatform(): Platform {
  return {
    send,
    loadJson: async (path) => {
      const response = await fetch(path, { credentials: "omit", redirect: "error" });
      return response.ok ? await response.json() : undefined;
    },
    origin: location.origin,
    tabStore: textStore(() => sessionStorage),
    lastingStore: textStore(() => localStorage),
    startKeyWorker,
    startOpeningWorker,
    processors: navigator.hardwareConcurrency,
    random: systemRandom,
    now: Date.now,
    wait,
    saveBlob,
    copyText: async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        return false;
      }
    },
    print: () => print(),
    languages: navigator.languages,
  };
}

const send: SendToGateway = async ({ path, headers, body, signal }) => {
  const timeout = AbortSignal.timeout(webLimits.callTimeoutMs);
  const response = await fetch(path, {
    method: "POST",
    headers,
    body,
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  });
  const answer = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, header: (name) => response.headers.get(name), body: answer };
};

// Storage can be forbidden altogether; then nothing is remembered, and each sign-in is the first.
function textStore(storage: () => Storage): TextStore {
  const attempt = <Result>(use: (store: Storage) => Result): Result | undefined => {
    try {
      return use(storage());
    } catch {
      return undefined;
    }
  };
  return {
    load: (name) => attempt((store) => store.getItem(name)) ?? undefined,
    save: (name, text) => attempt((store) => store.setItem(name, text)),
    remove: (name) => attempt((store) => store.removeItem(name)),
  };
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new GatewayUnreachableError());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", abort, { once: true });
  });
}

function saveBlob({ name, content }: SavedFile): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Long enough for a slow disk to begin; the content lives until the browser has read it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
