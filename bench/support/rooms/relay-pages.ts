/** A relay at the other end of a transport, and its blocks in pages; on any platform. */
import { decodeHex } from "@coterie/bytes";
import { createRemoteRelay, type Relay, type RelayTransport } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";

/** A relay over `transport` that is waited for as long as it takes. */
export function createRelayOver(
  deps: Pick<Primitives, "sha256"> & { readonly transport: RelayTransport },
  { logId }: { readonly logId: string },
): Relay {
  const scheduler = { nowMs: () => performance.now(), after: () => () => undefined };
  const input = { logTag: decodeHex(logId).slice(0, 16), token: () => new Uint8Array(0), timeoutMs: 60_000 };
  return createRemoteRelay({ ...deps, scheduler }, input);
}

/** All blocks of a relay in pages; the next one is under way while a page is used. */
export async function* pagesOf(relay: Pick<Relay, "since">, limit = 1_000): AsyncGenerator<readonly Uint8Array[]> {
  let asked = relay.since({ cursor: 0, limit });
  for (;;) {
    const { envelopes, next, end } = await asked;
    if (next < end) asked = relay.since({ cursor: next, limit });
    yield envelopes;
    if (next >= end) return;
  }
}
