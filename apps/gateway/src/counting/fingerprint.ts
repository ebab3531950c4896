/**
 * Fingerprints of persons (docs/protocol/counting.md §1): they say whether two actions are the same person's, within one campaign or one
 * organisation, and nothing else. Addresses, document numbers and dates of birth are easily guessed, so a hash of them would hide nothing:
 * what protects is the key, which lies outside the database. Whoever holds both can test guesses.
 */
import type { Person } from "@coterie/actions";
import { type Bytes, FieldWriter } from "@coterie/bytes";
import type { FingerprintKind, FingerprintScope } from "../db/counting-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { canonicalEmail } from "./canonical-email.ts";
import { type IdentityFields, identityFields } from "./identity.ts";

/** Where two actions of one person are recognised as such; across scopes they are not. */
export interface Scope {
  readonly kind: FingerprintScope;
  /** 16 bytes: the campaign's id or the organisation's. */
  readonly id: Uint8Array;
}

/** What tells a person from others. It is personal data: in memory only, for as long as one request. */
export type Identity =
  | { readonly kind: "email"; readonly canonical: string }
  | { readonly kind: "identity"; readonly fields: IdentityFields };

/** A fingerprint with its place. */
export interface Fingerprint {
  readonly scope: Scope;
  readonly kind: FingerprintKind;
  /** 32 bytes. */
  readonly value: Bytes;
}

/** What computing needs. */
export type FingerprintDeps = Pick<GatewayDeps, "primitives" | "secrets">;

/** What tells this person from others; undefined where the fields hold nothing of the kind. */
export function identityOf(person: Person): Identity | undefined {
  const fields = identityFields(person);
  if (fields !== undefined) return { kind: "identity", fields };
  return typeof person["email"] === "string" ? identityOfEmail(person["email"]) : undefined;
}

/** The same from an address alone; undefined where the text is no address. */
export function identityOfEmail(email: string): Identity | undefined {
  const canonical = canonicalEmail(email);
  return canonical === undefined ? undefined : { kind: "email", canonical };
}

/** The person's fingerprint in `scope`: HMAC-SHA-256 over length-prefixed fields, that name scope and kind. */
export function fingerprint(
  { primitives, secrets }: FingerprintDeps,
  { scope, identity }: { readonly scope: Scope; readonly identity: Identity },
): Fingerprint {
  const writer = new FieldWriter().text("coterie/fingerprint/1").text(scope.kind).bytes(scope.id).text(identity.kind);
  for (const field of identity.kind === "email" ? [identity.canonical] : identity.fields) writer.text(field);
  const message = writer.finish();
  writer.wipe();
  try {
    const value = primitives.hmacSha256(secrets.fingerprints.exposeSecretBytes(), message);
    return { scope, kind: identity.kind, value };
  } finally {
    message.fill(0);
  }
}

/** The fingerprint of an address in `scope`; undefined where the text is no address. */
export function emailFingerprint(
  deps: FingerprintDeps,
  { scope, email }: { readonly scope: Scope; readonly email: string },
): Fingerprint | undefined {
  const identity = identityOfEmail(email);
  return identity === undefined ? undefined : fingerprint(deps, { scope, identity });
}
