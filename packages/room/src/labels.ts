/** The labels of this package (docs/protocol/rooms.md). */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";

/** What each label keeps apart. */
export type RoomLabel = "genesis" | "writer" | "key";

/** The label of each purpose; each begins what it is hashed or signed with, followed by a zero byte. */
export const roomLabels: Readonly<Record<RoomLabel, Bytes>> = {
  genesis: encodeUtf8("coterie/room/genesis/1\0"),
  writer: encodeUtf8("coterie/room/writer/1\0"),
  key: encodeUtf8("coterie/room/key/1\0"),
};
