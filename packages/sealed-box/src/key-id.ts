/** Key ids, which sealing names keys by (docs/protocol/actions.md §1): derived where the other packages find them as well. */
export { deriveKeyId, deriveKeyIdBytes, type KeyId, keyIdBytes, parseKeyId } from "@coterie/primitives";
