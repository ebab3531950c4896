/**
 * The gateway's own secrets, outside the database in `<data>/secrets/`. None of them opens a contact that was sealed by a
 * throw-away sender (docs/adr/0001-throw-away-sender.md).
 */
import {
  type Bytes,
  decodeBase64Url,
  decodeTextForm,
  encodeBase64Url,
  encodeTextForm,
  SecretKey,
} from "@coterie/bytes";
import {
  type AgreementKeyPair,
  type Primitives,
  type RandomSource,
  randomBytes,
  type SigningKeyPair,
} from "@coterie/primitives";
import { join } from "node:path";
import { SecretFileError } from "../errors.ts";
import { loadOrCreateSecretFile } from "./secret-file.ts";

/** Whoever loads them destroys them. */
export interface GatewaySecrets {
  /** Signs contact headers. */
  readonly signing: SigningKeyPair;
  /** The home organisation's pair, used only where contacts are sealed by the home sender. */
  readonly home: AgreementKeyPair;
  /** SHA-256 of the operator's token. */
  readonly operatorTokenHash: Bytes;
  /** Keys the MAC that recognises repeated submissions. */
  readonly requestMac: SecretKey<"request-mac">;
  /** Keys the return addresses of mails. */
  readonly bounces: SecretKey<"bounces">;
  /** Keys the references that Proca's clients are given for actions. */
  readonly contactRefs: SecretKey<"contact-refs">;
  /** Keys the fingerprints that recognise a person who signs again. */
  readonly fingerprints: SecretKey<"fingerprints">;
  /** Keys challenges of proof of work and the times of forms. */
  readonly abuse: SecretKey<"abuse">;
  /** Encrypts the notice addresses of organisations' staff. */
  readonly noticeAddresses: SecretKey<"field">;
  readonly destroy: () => void;
}

/** Loads the secrets of a data folder, making each on first use. */
export async function loadGatewaySecrets(
  { primitives, random }: { readonly primitives: Primitives; readonly random: RandomSource },
  dataFolder: string,
): Promise<GatewaySecrets> {
  const folder = join(dataFolder, "secrets");
  const load = async (name: string): Promise<Bytes> =>
    decode32(await loadOrCreateSecretFile(join(folder, name), () => encodeBase64Url(randomBytes(random, 32))));
  const signing = useSeed(await load("signing-seed"), primitives.deriveSigningKeyPair);
  const home = useSeed(await load("home-secret"), primitives.deriveAgreementKeyPair);
  const requestMac = SecretKey.own("request-mac", await load("request-mac-key"));
  const bounces = SecretKey.own("bounces", await load("bounce-key"));
  const contactRefs = SecretKey.own("contact-refs", await load("contact-ref-key"));
  const fingerprints = SecretKey.own("fingerprints", await load("fingerprint-key"));
  const abuse = SecretKey.own("abuse", await load("abuse-key"));
  const noticeAddresses = SecretKey.own("field", await load("notice-address-key"));
  const token = await loadOrCreateSecretFile(join(folder, "operator-token"), () =>
    encodeTextForm("cctl", randomBytes(random, 32)),
  );
  return {
    signing,
    home,
    operatorTokenHash: primitives.sha256(decodeTextForm("cctl", token, { lengthBytes: 32 })),
    requestMac,
    bounces,
    contactRefs,
    abuse,
    fingerprints,
    noticeAddresses,
    destroy: () => {
      signing.secretKey.destroy();
      home.secretKey.destroy();
      requestMac.destroy();
      bounces.destroy();
      contactRefs.destroy();
      abuse.destroy();
      fingerprints.destroy();
      noticeAddresses.destroy();
    },
  };
}

function useSeed<KeyPair>(seed: Bytes, derive: (seed: Uint8Array) => KeyPair): KeyPair {
  try {
    return derive(seed);
  } finally {
    seed.fill(0);
  }
}

function decode32(text: string): Bytes {
  const bytes = decodeBase64Url(text);
  if (bytes.length !== 32) throw new SecretFileError("a file in the secrets folder is damaged");
  return bytes;
}
