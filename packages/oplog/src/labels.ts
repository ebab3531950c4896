/** The labels of this package (docs/protocol/rooms.md); each begins what it is hashed or signed with, followed by a zero byte. */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";

/** What each label keeps apart. */
export type OplogLabel = "block" | "blockSignature";

/** The label of each purpose. */
export const oplogLabels: Readonly<Record<OplogLabel, Bytes>> = {
  block: encodeUtf8("coterie/oplog/block/1\0"),
  blockSignature: encodeUtf8("coterie/oplog/block-signature/1\0"),
};
