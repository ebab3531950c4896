// One coalition: two organisations, a gateway, an action. Everything follows from a seed.
import { CoterieError, encodeFields, encodeTextForm, type TextFormPrefix } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  type Primitives,
  type RandomSource,
  randomBytes,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import type { OpenContactInput } from "../src/open.ts";
import {
  type ContactContext,
  type ContactHeader,
  type ContactHeaderInput,
  contactCommitment,
  createContactHeader,
  createContactPlaintext,
  deriveKeyId,
  type JsonObject,
  sealContact,
  type SealContactInput,
  type SealedContact,
  signContactHeader,
} from "../src/seal.ts";

export const backends: readonly Primitives[] = [nodePrimitives, portablePrimitives];

/** Bytes that follow from `seed`: the same in every run. */
export function seededRandom(seed: string): RandomSource {
  let counter = 0;
  return {
    fill(target) {
      for (let at = 0; at < target.length; at += 32) {
        const block = nodePrimitives.sha256(encodeFields("test randomness", seed, counter++));
        target.set(block.subarray(0, Math.min(32, target.length - at)), at);
      }
    },
  };
}

/** A whole number from 0 to `below` - 1. */
export function pickBelow(random: RandomSource, below: number): number {
  return new DataView(randomBytes(random, 4).buffer).getUint32(0) % below;
}

export const alice: JsonObject = {
  firstName: "Alice",
  lastName: "Fictitious",
  email: "alice@example.org",
  address: { locality: "Zürich", street: "Beispielgasse", streetNumber: "1" },
};
export const bob: JsonObject = { firstName: "Bob", email: "bob@example.org" };

export interface Scene {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly organisation: AgreementKeyPair;
  readonly partner: AgreementKeyPair;
  readonly gateway: SigningKeyPair;
}

export function createScene(primitives: Primitives = nodePrimitives, seed = "scene"): Scene {
  const random = seededRandom(seed);
  return {
    primitives,
    random,
    organisation: generateAgreementKeyPair(primitives, random),
    partner: generateAgreementKeyPair(primitives, random),
    gateway: generateSigningKeyPair(primitives, random),
  };
}

export function randomId(random: RandomSource, prefix: TextFormPrefix): string {
  return encodeTextForm(prefix, randomBytes(random, 16));
}

/** A context with random ids for a key. */
export function createContext({ primitives, random }: Scene, keyPair: AgreementKeyPair): ContactContext {
  return {
    action: randomId(random, "cact"),
    campaign: randomId(random, "ccam"),
    page: randomId(random, "cpag"),
    organisation: randomId(random, "corg"),
    key: deriveKeyId(primitives, keyPair.publicKey),
    consentHash: randomBytes(random, 32),
  };
}

export interface RowInput {
  readonly person?: JsonObject;
  readonly keyPair?: AgreementKeyPair;
  readonly context?: ContactContext;
  readonly salt?: Uint8Array;
  readonly commitment?: Uint8Array;
  readonly seal?: (input: SealContactInput) => SealedContact;
}

/** A row as the gateway delivers it: sealed for the scene's organisation unless told otherwise. */
export function createRow(scene: Scene, input: RowInput = {}): OpenContactInput {
  const { primitives, random } = scene;
  const { person = alice, keyPair = scene.organisation, salt = randomBytes(random, 32) } = input;
  const context = input.context ?? createContext(scene, keyPair);
  const plaintext = createContactPlaintext(primitives, { person, context, salt });
  const seal = input.seal ?? ((what: SealContactInput) => sealContact({ primitives, random }, what));
  const contact = seal({ plaintext, recipient: { public: keyPair.publicKey } });
  const { action, campaign, page, organisation, consentHash } = context;
  const header = createContactHeader(primitives, {
    contact,
    action,
    campaign,
    page,
    organisation,
    consentHash,
    commitment: input.commitment ?? contactCommitment(primitives, { person, salt }),
    sealing: "browser",
    createdAtMs: 1_700_000_000_000,
  } satisfies ContactHeaderInput);
  return signRow(scene, { contact, header, consentHash });
}

/** The row with its header signed by the scene's gateway: what a gateway that cheats could deliver. */
export function signRow(
  { primitives, gateway }: Scene,
  row: {
    readonly contact: OpenContactInput["contact"];
    readonly header: ContactHeader;
    readonly consentHash: Uint8Array;
  },
): OpenContactInput {
  return {
    ...row,
    headerSignature: signContactHeader({ primitives }, { header: row.header, signingKey: gateway.secretKey }),
  };
}

/** The row with another contact, its hash in the header, signed again. */
export function withContact(
  scene: Scene,
  row: OpenContactInput,
  contact: OpenContactInput["contact"],
): OpenContactInput {
  const header: ContactHeader = { ...row.header, ...createContactHeader(scene.primitives, { ...row.header, contact }) };
  return signRow(scene, { ...row, contact, header });
}

/** A copy with one byte changed. */
export function flipByte(bytes: Uint8Array, at: number, mask = 0x01): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes);
  changed[at] = (changed[at] ?? 0) ^ mask;
  return changed;
}

/** The stable code of what `run` throws; "opened" where it returns; what is not a CoterieError is passed on. */
export function outcomeOf(run: () => unknown): string {
  try {
    run();
    return "opened";
  } catch (error) {
    if (error instanceof CoterieError) return error.code;
    throw error;
  }
}

/** How often each outcome came. */
export function countOutcomes(outcomes: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The same primitives with a key derivation that costs nothing, for tests of what surrounds it; it counts its calls. */
export function withCheapArgon2id(primitives: Primitives): {
  readonly primitives: Primitives;
  readonly calls: () => number;
} {
  let calls = 0;
  return {
    calls: () => calls,
    primitives: {
      ...primitives,
      argon2id({ passphrase, salt, memoryKiB, passes, lengthBytes }) {
        calls++;
        const info = encodeFields("cheap", memoryKiB, passes);
        return primitives.hkdfSha512({ secret: passphrase, salt, info, lengthBytes });
      },
    },
  };
}

/** The same primitives, counting what is encrypted. */
export function withCountedEncryption(primitives: Primitives): {
  readonly primitives: Primitives;
  readonly calls: () => number;
} {
  let calls = 0;
  const counted: Primitives = {
    ...primitives,
    encryptBox(key, nonce, plain) {
      calls++;
      return primitives.encryptBox(key, nonce, plain);
    },
    xchacha20Poly1305: {
      ...primitives.xchacha20Poly1305,
      encrypt(input) {
        calls++;
        return primitives.xchacha20Poly1305.encrypt(input);
      },
    },
  };
  return { primitives: counted, calls: () => calls };
}
