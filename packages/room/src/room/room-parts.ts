/** What a room is made of, gathered when it is created, opened or joined. */
import type { Ciphertext } from "@coterie/bytes";
import type { LogStore } from "@coterie/oplog";
import type { Primitives, RandomSource, SigningKeyPair } from "@coterie/primitives";
import type { Keyring } from "../epochs/keyring.ts";
import type { DeviceKey } from "../epochs/keyring-record.ts";
import type { SealingKeyHolder } from "../epochs/open-entries.ts";
import type { ContextArchive } from "./context-archive.ts";
import type { RoomAlarm } from "./room-block.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomStore } from "./room-store.ts";
import type { RoomViews, ViewDefinitions } from "./room-views.ts";
import type { GetChunk } from "./snapshots.ts";

/** What a room is given by its host. The host keeps all of it: `close` destroys none of these keys. */
export interface RoomDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  /** Of this room and device alone. */
  readonly store: LogStore;
  /** Encrypts what this device keeps beside the blocks. */
  readonly deviceKey: DeviceKey;
  /** The member's identity: certifies this device's writer. */
  readonly identity: SigningKeyPair;
  /** The member's sealing keys, the newest first: earlier ones open earlier epochs. */
  readonly sealingKeys: () => readonly SealingKeyHolder[];
  /**
   * Whether the storage may be an old copy (a backup, a cloned machine). `confirm`: until a `Syncer` compared heads, or
   * {@link Room.confirmOwnHead} was told of the newest one, a key of this run writes in the writer's place. `trust`: the writer goes on; where the
   * storage was rolled back, a `Syncer` finds out, takes back what was not sent and has it written again by a new one.
   */
  readonly ownHead: "confirm" | "trust";
  readonly views: ViewDefinitions;
  readonly onAlarm: (alarm: RoomAlarm) => void;
  /**
   * Where a device that joined by a snapshot finds its other chunks, for blocks that link far below it: relays. Not asked once
   * {@link Room.completeContexts} gave true.
   */
  readonly getChunk?: GetChunk | undefined;
}

/** The pieces of one open room. */
export interface RoomParts {
  readonly deps: RoomDeps;
  readonly log: RoomLog;
  readonly keyring: Keyring;
  readonly storage: RoomStore;
  readonly views: RoomViews;
  readonly exportKeyring: () => Ciphertext<"keyring">;
  /** What is below the newest checkpoint. */
  readonly archive: ContextArchive;
}
