/**
 * What this browser keeps of an organisation's key log: the last entry that was seen, so that a gateway cannot shorten or
 * swap the log; and entries that were signed but are not known to have arrived, so that nothing else is signed in their place.
 */
import { type Bytes, decodeBase64Url, encodeBase64Url, equalBytes } from "@coterie/bytes";
import { NothingKeptError } from "../errors.ts";
import type { TextStore } from "../session/signing-key-pin.ts";

/** Signed entries, and the place in the log that the first of them takes. */
export interface PendingEntries {
  readonly seq: number;
  readonly entries: readonly Bytes[];
}

/** What is kept for one organisation. */
export interface KeptLog {
  /** Undefined where this browser never saw the log. Bytes that are no head are told so by the job that reads them. */
  readonly loadHead: () => Bytes | undefined;
  /**
   * Keeps it in place of `instead`, which is what was loaded before. False, and nothing changed, where another one is kept by now:
   * what was verified against the older one may be shorter than what another tab has seen since.
   */
  readonly replaceHead: (head: Bytes, instead: Bytes | undefined) => boolean;
  /** Keeps it whatever was kept: only after a person compared the log. */
  readonly saveHead: (head: Bytes) => void;
  readonly loadPending: () => PendingEntries | undefined;
  /** Throws NothingKeptError where the browser does not keep them: then they must not be sent. */
  readonly savePending: (pending: PendingEntries) => void;
  readonly forgetPending: () => void;
}

/** What a browser keeps of the log of that organisation. */
export function createKeptLog({ store }: { readonly store: TextStore }, organisationId: string): KeptLog {
  const headName = `coterie.key-log.${organisationId}`;
  const pendingName = `coterie.key-log-signed.${organisationId}`;
  const loadHead = (): Bytes | undefined => {
    const text = store.load(headName);
    return text === undefined ? undefined : readBytes(text);
  };
  const saveHead = (head: Bytes): void => store.save(headName, encodeBase64Url(head));
  return {
    loadHead,
    replaceHead(head, instead) {
      if (!isSame(loadHead(), instead)) return false;
      saveHead(head);
      return true;
    },
    saveHead,
    loadPending() {
      const text = store.load(pendingName);
      if (text === undefined) return undefined;
      const [seq = "", ...entries] = text.split(" ");
      return { seq: Number(seq), entries: entries.map(readBytes) };
    },
    savePending({ seq, entries }) {
      const text = [String(seq), ...entries.map(encodeBase64Url)].join(" ");
      store.save(pendingName, text);
      if (store.load(pendingName) !== text) throw new NothingKeptError();
    },
    forgetPending: () => store.remove(pendingName),
  };
}

function isSame(a: Bytes | undefined, b: Bytes | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b);
}

function readBytes(text: string): Bytes {
  try {
    return decodeBase64Url(text);
  } catch {
    return new Uint8Array();
  }
}
