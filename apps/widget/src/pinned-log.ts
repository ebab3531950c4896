/** Verifies an organisation's key log against the site's pins. Loaded only where a site pins a log. */
import { CoterieError, equalBytes } from "@coterie/bytes";
import { findSealingKey, type LogId } from "@coterie/key-log";
import type { Primitives } from "@coterie/primitives";
import { createSignatureVerifier } from "@coterie/primitives/widget";
import type { LoggedReceiver } from "./pins.ts";

/** What verifying needs. */
export interface LogDeps {
  readonly primitives: Pick<Primitives, "sha256">;
  readonly now: () => number;
}

/** Whether the receiver's key is the one to seal to now, by its own log, which is pinned and holds in every part. */
export async function isActiveInPinnedLog(
  { primitives, now }: LogDeps,
  { organisationId, publicKey, keyLog, pins }: LoggedReceiver,
): Promise<boolean> {
  const deps = { sha256: primitives.sha256, verify: createSignatureVerifier() };
  try {
    const key = await findSealingKey(deps, {
      organisation: organisationId,
      entries: keyLog,
      logIds: [...pins].filter(isLogId),
      nowMs: now(),
    });
    return key !== undefined && equalBytes(key.publicKey, publicKey.public);
  } catch (error) {
    // Whatever is wrong with it: nothing is sealed. Another error is no verdict (a file that did not load).
    if (error instanceof CoterieError) return false;
    throw error;
  }
}

function isLogId(pin: string): pin is LogId {
  return pin.startsWith("clog1");
}
