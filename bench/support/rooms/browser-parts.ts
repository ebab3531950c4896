/** What is measured of ours in a browser, by messages between the page's owner and a worker. */
import type { DeviceSeeds } from "./device.ts";
import type { Figures } from "./parts.ts";

/** Where a log is kept. */
export type BrowserStore = "IndexedDB" | "files";

/** One measurement. */
export type BrowserPart =
  | { readonly part: "append"; readonly store: BrowserStore; readonly values: number; readonly batch: number }
  | {
      readonly part: "catch-up";
      readonly store: BrowserStore;
      readonly values: number;
      readonly logId: string;
      readonly genesis: string;
      readonly newcomer: DeviceSeeds;
    }
  | { readonly part: "rotation"; readonly members: number; readonly rounds: number };

/** What a worker answers. */
export type BrowserAnswer = { readonly figures: Figures } | { readonly failure: string };
