// Compiled, never run (`npm run check`): what the types of epochs refuse.
import type { Bytes, Ciphertext, Plaintext, SecretKey } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import {
  type BlockCipherDeps,
  type BlockPlace,
  createGrant,
  encryptBlock,
  type EntryDeps,
  Keyring,
  type LevelSecret,
  sealRotation,
  type WrapDeps,
} from "../src/index.ts";

declare const bytes: Bytes;
declare const content: Plaintext;
declare const full: LevelSecret<"full">;
declare const read: LevelSecret<"read">;
declare const anyLevel: LevelSecret;
declare const keyring: Keyring;
declare const deviceKey: SecretKey<"store">;
declare const random: RandomSource;
declare const place: BlockPlace;
declare const deps: BlockCipherDeps & EntryDeps & WrapDeps;
declare const block: Ciphertext<"block">;

void sealRotation(deps, { logId: bytes, secret: full, recipients: [] });
// @ts-expect-error a rotation is sealed from S: a weaker secret cannot give others theirs
void sealRotation(deps, { logId: bytes, secret: read, recipients: [] });
// @ts-expect-error nor may the level be unknown
void sealRotation(deps, { logId: bytes, secret: anyLevel, recipients: [] });

void keyring.learn(bytes, anyLevel);
// @ts-expect-error a secret is never bytes: they would fit a socket as well
void keyring.learn(bytes, bytes);
// @ts-expect-error a key of the device is no secret of an epoch
void keyring.learn(bytes, deviceKey);

const stored: Ciphertext<"keyring"> = keyring.export({ random }, deviceKey);
// @ts-expect-error a keyring is not encrypted under a secret that it holds
void keyring.export({ random }, full);
void Keyring.import(deps, { logId: bytes, deviceKey, stored });
// @ts-expect-error a block is no keyring
void Keyring.import(deps, { logId: bytes, deviceKey, stored: block });
// @ts-expect-error and bytes from anywhere are none
void Keyring.import(deps, { logId: bytes, deviceKey, stored: bytes });

void encryptBlock(deps, { ...place, control: bytes, content });
// @ts-expect-error content is plain text, marked as such: bytes could be a ciphertext or a key
void encryptBlock(deps, { ...place, control: bytes, content: bytes });
// @ts-expect-error and never a secret
void encryptBlock(deps, { ...place, control: bytes, content: full });

void createGrant(deps, { logId: bytes, secret: anyLevel, level: "read", identity: bytes, sealingKey: bytes });
// @ts-expect-error a level that does not exist
void createGrant(deps, { logId: bytes, secret: anyLevel, level: "everything", identity: bytes, sealingKey: bytes });
