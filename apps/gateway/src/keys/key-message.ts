/** A public key as it travels to its own organisation. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { encodeTextForm } from "@coterie/bytes";
import { KeyState, type OrganisationKeySchema } from "@coterie/protocol";
import type { PublicKeyTable, StoredKeyState } from "../db/schema.ts";

const stateMessage: { readonly [State in StoredKeyState]: KeyState } = {
  imported: KeyState.IMPORTED,
  active: KeyState.ACTIVE,
  retired: KeyState.RETIRED,
};

/** The wire form of a key. */
export function toKeyMessage(key: PublicKeyTable): MessageInitShape<typeof OrganisationKeySchema> {
  return {
    id: encodeTextForm("ckey", key.key_id),
    public: key.public,
    label: key.label,
    state: stateMessage[key.state],
    importedAtMs: BigInt(key.imported_at_ms),
    activatedAtMs: BigInt(key.activated_at_ms ?? 0),
  };
}
