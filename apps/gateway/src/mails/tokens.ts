/**
 * Tokens of confirmation links (docs/protocol/mails.md §4): 32 random bytes, of which only SHA-256 is stored; each for one purpose
 * and one action. A link holds the token and nothing about anybody.
 */
import { type Bytes, decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import type { ClientBase } from "pg";
import type { TokenPurpose } from "../db/mail-schema.ts";

/** What a token is made for. */
export interface TokenInput {
  readonly actionId: Uint8Array;
  readonly purpose: TokenPurpose;
  /** Only of newsletters. */
  readonly organisationId: Uint8Array | null;
  readonly expiresAtMs: number;
}

/** A fresh token: its text for the link, and what is stored of it. */
export interface FreshToken extends TokenInput {
  readonly text: string;
  readonly hash: Bytes;
}

/** What making a token needs. */
export interface TokenDeps {
  readonly primitives: Pick<Primitives, "sha256">;
  readonly random: RandomSource;
}

/** Makes a token; nothing is stored yet. */
export function generateToken(deps: TokenDeps, input: TokenInput): FreshToken {
  return { ...input, ...generateTokenText(deps) };
}

/** The text of a fresh token, and its hash. */
export function generateTokenText({ primitives, random }: TokenDeps): Pick<FreshToken, "text" | "hash"> {
  const token = randomBytes(random, 32);
  try {
    return { text: encodeBase64Url(token), hash: primitives.sha256(token) };
  } finally {
    token.fill(0);
  }
}

/** The hash of a token from outside, or undefined where the text is none. */
export function hashToken({ sha256 }: Pick<Primitives, "sha256">, text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined;
  try {
    return sha256(decodeBase64Url(text));
  } catch {
    // Not canonical: its last bits are not zero.
    return undefined;
  }
}

/** Stores tokens, so that they work. */
export async function storeTokens(client: Pick<ClientBase, "query">, tokens: readonly FreshToken[]): Promise<void> {
  await client.query(
    `INSERT INTO mail_tokens (token_hash, action_id, purpose, organisation_id, expires_at_ms)
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bytea[], $5::bigint[])`,
    [
      tokens.map(({ hash }) => hash),
      tokens.map(({ actionId }) => actionId),
      tokens.map(({ purpose }) => purpose),
      tokens.map(({ organisationId }) => organisationId),
      tokens.map(({ expiresAtMs }) => expiresAtMs),
    ],
  );
}

/** Removes tokens of a mail that certainly reached nobody. */
export async function dropTokens(client: Pick<ClientBase, "query">, tokens: readonly FreshToken[]): Promise<void> {
  await client.query("DELETE FROM mail_tokens WHERE token_hash = ANY($1::bytea[])", [tokens.map(({ hash }) => hash)]);
}

/** A stored token with everything that its page shows. */
export interface FoundToken {
  readonly action_id: Bytes;
  readonly purpose: TokenPurpose;
  readonly organisation_id: Bytes | null;
  readonly outcome: "confirmed" | "rejected" | null;
  readonly campaign: string;
  readonly page_organisation: string;
  /** The organisation of a newsletter token. */
  readonly organisation: string | null;
  readonly locale: string;
}

/** The token of that hash while it has not expired, or undefined. Reads; changes nothing. */
export async function findToken(
  client: Pick<ClientBase, "query">,
  { hash, nowMs }: { readonly hash: Uint8Array; readonly nowMs: number },
): Promise<FoundToken | undefined> {
  const { rows } = await client.query<FoundToken>(
    `SELECT t.action_id, t.purpose, t.organisation_id, t.outcome, c.title AS campaign, po.title AS page_organisation,
       o.title AS organisation, p.locale
     FROM mail_tokens t
     JOIN actions a ON a.id = t.action_id
     JOIN action_pages p ON p.id = a.page_id
     JOIN campaigns c ON c.id = a.campaign_id
     JOIN organisations po ON po.id = p.organisation_id
     LEFT JOIN organisations o ON o.id = t.organisation_id
     WHERE t.token_hash = $1 AND t.expires_at_ms > $2`,
    [hash, nowMs],
  );
  return rows[0];
}
