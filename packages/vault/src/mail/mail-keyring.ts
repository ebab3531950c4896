/** The mail keys of a gateway in use: the newest seals, all open, a destroyed one does nothing any more (docs/protocol/vault.md §6). */
import type { Bytes } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import { InvalidMailKeyError, UnknownMailKeyError } from "../errors.ts";
import { vaultLimits } from "../limits.ts";
import {
  type MailBox,
  type MailSealingDeps,
  openMailBox,
  parseMailBox,
  type ReceivedMailBox,
  sealForMail,
} from "./mail-box.ts";
import { deriveMailKeyId, type MailKeyId, type MailPublicKey } from "./mail-key.ts";
import type { MailKeyEntry, MailKeyStore } from "./mail-key-store.ts";
import type { OpenedMail } from "./parse-mail.ts";

/** Primitives, randomness, and the time in ms since 1970. */
export interface MailKeyringDeps extends MailSealingDeps {
  readonly now: () => number;
}

/** A box and the action it must belong to. */
export interface OpenMailInput {
  readonly box: ReceivedMailBox;
  readonly actionId: string;
}

/** Holds no secret between two calls: each reads the key it needs from the store and wipes it. */
export interface MailKeyring {
  /** The newest key; the first call makes one. */
  readonly current: () => Promise<MailPublicKey>;
  /** All keys, newest first. */
  readonly list: () => Promise<readonly MailKeyEntry[]>;
  /** Makes a new current key. Older ones still open. @throws InvalidMailKeyError where there are 256 already */
  readonly rotate: () => Promise<MailPublicKey>;
  /** What the box holds; the caller destroys it. @throws UnknownMailKeyError where the key was destroyed, and what `openMailBox` throws */
  readonly open: (input: OpenMailInput) => Promise<OpenedMail>;
  /** The same content sealed to the current key; the box itself where it is. Throws what `open` throws. */
  readonly rewrap: (input: OpenMailInput) => Promise<MailBox>;
  /** Destroys an older key. What is still sealed to it is lost, which is the purpose. @throws InvalidMailKeyError for the current key */
  readonly destroy: (keyId: MailKeyId) => Promise<void>;
}

/** A keyring over `store`. Several processes may share one store: each sees what the others make and destroy. */
export function createMailKeyring(deps: MailKeyringDeps, store: MailKeyStore): MailKeyring {
  const { primitives } = deps;
  // Public halves only: deriving them again for every page view would read the secret each time.
  const publicKeyById = new Map<MailKeyId, Bytes>();

  const withPair = async <Result>(keyId: MailKeyId, use: (pair: AgreementKeyPair) => Result): Promise<Result> => {
    const stored = await store.find(keyId);
    if (stored === undefined) throw new UnknownMailKeyError();
    const pair = primitives.deriveAgreementKeyPair(stored.secretKey.exposeSecretBytes());
    stored.secretKey.destroy();
    try {
      // A damaged or swapped secret leads to another id.
      if (deriveMailKeyId(primitives, pair.publicKey) !== keyId) {
        throw new InvalidMailKeyError("a stored mail key does not belong to its id");
      }
      return use(pair);
    } finally {
      pair.secretKey.destroy();
    }
  };
  const publicHalf = async ({ keyId, createdAtMs }: MailKeyEntry): Promise<MailPublicKey> => {
    const publicKey = publicKeyById.get(keyId) ?? (await withPair(keyId, (pair) => pair.publicKey));
    publicKeyById.set(keyId, publicKey);
    return { keyId, publicKey, createdAtMs };
  };
  const list = async (): Promise<readonly MailKeyEntry[]> => (await store.list()).toSorted(byNewest);
  const rotate = async (): Promise<MailPublicKey> => await makeKey(deps, { store, existing: await list() });
  const current = async (): Promise<MailPublicKey> => {
    const [newest] = await list();
    return newest === undefined ? await rotate() : await publicHalf(newest);
  };
  const open = async ({ box, actionId }: OpenMailInput): Promise<OpenedMail> =>
    await withPair(box.keyId, ({ secretKey }) => openMailBox({ primitives }, { box, secretKey, actionId }));
  return {
    current,
    list,
    rotate,
    open,
    rewrap: async (input) => {
      const key = await current();
      const opened = await open(input);
      try {
        return key.keyId === input.box.keyId ? parseMailBox(input.box) : sealAgain(deps, { key, opened });
      } finally {
        opened.destroy();
      }
    },
    destroy: async (keyId) => {
      const [newest] = await list();
      if (newest?.keyId === keyId) throw new InvalidMailKeyError("the current mail key is not destroyed: rotate first");
      publicKeyById.delete(keyId);
      await store.destroy(keyId);
    },
  };
}

/** Newest first; equal times by id, so that all processes agree. */
export function byNewest(left: MailKeyEntry, right: MailKeyEntry): number {
  return right.createdAtMs - left.createdAtMs || (left.keyId < right.keyId ? -1 : 1);
}

async function makeKey(
  { primitives, random, now }: MailKeyringDeps,
  { store, existing }: { readonly store: MailKeyStore; readonly existing: readonly MailKeyEntry[] },
): Promise<MailPublicKey> {
  if (existing.length >= vaultLimits.mailKeys) throw new InvalidMailKeyError("too many mail keys exist already");
  const { publicKey, secretKey } = generateAgreementKeyPair(primitives, random);
  const keyId = deriveMailKeyId(primitives, publicKey);
  // Also after a clock that was set back: the new key is the newest.
  const createdAtMs = Math.max(now(), (existing[0]?.createdAtMs ?? 0) + 1);
  try {
    await store.save({ keyId, createdAtMs, secretKey });
  } finally {
    secretKey.destroy();
  }
  return { keyId, publicKey, createdAtMs };
}

function sealAgain(
  deps: MailSealingDeps,
  { key, opened }: { readonly key: MailPublicKey; readonly opened: OpenedMail },
): MailBox {
  return sealForMail(deps, {
    mailPublicKey: key.publicKey,
    keyId: key.keyId,
    actionId: opened.actionId,
    email: opened.email.exposeText(),
    firstName: opened.firstName.exposeText(),
  });
}
