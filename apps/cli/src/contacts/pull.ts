/** Pulling: every contact that waits at the gateway into the local store, acknowledged only when it is on the disk. */
import type { PullContactsResponse } from "@coterie/protocol";
import { protocolLimits } from "@coterie/protocol/limits";
import type { Gateway } from "../gateway/gateway-client.ts";
import { GatewayMisbehavedError } from "../terminal/errors.ts";
import type { ContactStore } from "./contact-store.ts";

/** What pulling needs. */
export interface PullDeps {
  readonly gateway: Pick<Gateway, "organisations">;
  readonly store: ContactStore;
  /** Told after each batch how many contacts the store holds. */
  readonly onBatch: (contacts: number) => void;
}

/** What one pull brought. */
export interface PullOutcome {
  readonly stored: number;
  readonly repeated: number;
  readonly conflicts: number;
}

/** Before the first contact. */
const firstCursor = "0";

/** Pulls until nothing waits. Stopped at any point, the next pull goes on without a loss or a double. */
export async function pullContacts({ gateway, store, onBatch }: PullDeps): Promise<PullOutcome> {
  let outcome: PullOutcome = { stored: 0, repeated: 0, conflicts: 0 };
  // A new store starts at the first contact, not where another machine's store ended.
  let cursor = store.mark.cursor === "" ? firstCursor : store.mark.cursor;
  let answer = await pullBatch(gateway, cursor);
  for (;;) {
    const { contacts, events, nextCursor, more } = answer;
    if (contacts.length > 0 || events.length > 0) {
      await store.appendEvents(events);
      const appended = await store.append(contacts, nextCursor);
      outcome = addOutcomes(outcome, appended);
      onBatch(store.mark.contacts);
    }
    if (!more) {
      // Also where nothing came: the last run may have been stopped between storing and telling.
      if (store.mark.cursor !== "") await gateway.organisations.acknowledgeContacts({ cursor: nextCursor });
      return outcome;
    }
    // A batch may hold events alone, but each one goes forward.
    if (nextCursor === cursor) throw new GatewayMisbehavedError("the gateway's cursor stands still");
    cursor = nextCursor;
    // The batch is on the disk: acknowledge it while the next one travels.
    const acknowledged = gateway.organisations.acknowledgeContacts({ cursor: nextCursor });
    const [next] = await Promise.all([pullBatch(gateway, nextCursor), acknowledged]);
    answer = next;
  }
}

function pullBatch(gateway: PullDeps["gateway"], cursor: string): Promise<PullContactsResponse> {
  return gateway.organisations.pullContacts({ cursor, limit: protocolLimits.pullContacts });
}

function addOutcomes(left: PullOutcome, right: PullOutcome): PullOutcome {
  return {
    stored: left.stored + right.stored,
    repeated: left.repeated + right.repeated,
    conflicts: left.conflicts + right.conflicts,
  };
}
