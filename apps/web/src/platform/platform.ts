/** What these pages use of a browser, as one object, so that everything above is plain functions over it. */
import type { RandomSource } from "@coterie/primitives";
import type { SendToGateway } from "../gateway/unary-call.ts";
import type { WorkerPort } from "../keys/key-workshop.ts";
import type { TextStore } from "../session/signing-key-pin.ts";

/** A file to be saved. */
export interface SavedFile {
  readonly name: string;
  readonly content: Blob;
}

/** The browser. */
export interface Platform {
  readonly send: SendToGateway;
  /** JSON that the gateway serves to anybody, or undefined. */
  readonly loadJson: (path: string) => Promise<unknown>;
  /** "https://actions.example.org" */
  readonly origin: string;
  readonly tabStore: TextStore;
  readonly lastingStore: TextStore;
  readonly startKeyWorker: () => WorkerPort;
  readonly startOpeningWorker: () => WorkerPort;
  readonly processors: number;
  readonly random: RandomSource;
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly saveBlob: (file: SavedFile) => void;
  /** False where the browser does not allow it. */
  readonly copyText: (text: string) => Promise<boolean>;
  readonly print: () => void;
  /** BCP 47, the preferred first. */
  readonly languages: readonly string[];
}
