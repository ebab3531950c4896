/**
 * The keys that deliveries are signed with: files in `<data>/secrets/webhook-keys/`, named by the time they were made at. A new one is
 * signed with at once, beside the older one, which ends after the overlap; so a receiver has the overlap to learn the new one.
 */
import { type Bytes, decodeBase64Url, encodeBase64Url, encodeFields } from "@coterie/bytes";
import { randomBytes, type SigningKeyPair } from "@coterie/primitives";
import type { WebhookSigningKey } from "@coterie/webhook";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError, SecretFileError } from "../errors.ts";
import { loadOrCreateSecretFile, makePrivateFolder } from "../secrets/secret-file.ts";

/** A key as receivers learn of it. */
export interface PublishedWebhookKey {
  /** Ed25519, 32 bytes. */
  readonly public: Bytes;
  readonly createdAtMs: number;
  /** When it is signed with no more; 0 for the newest. */
  readonly endsAtMs: number;
  /** By the key that organisations pin, over the fields of docs/protocol/webhooks.md §4. */
  readonly signature: Bytes;
}

/** The keys of a gateway, and of all that share its secrets. */
export interface WebhookKeys {
  /** What is signed with now, the newest first. */
  readonly current: () => Promise<readonly WebhookSigningKey[]>;
  readonly publish: () => Promise<readonly PublishedWebhookKey[]>;
  /** Makes a new key. Throws RefusedError "conflict" where too many overlap already. */
  readonly rotate: () => Promise<void>;
  readonly destroy: () => void;
}

/** How long an older key is signed with beside a newer one. */
export const webhookKeyOverlapMs: number = 14 * 24 * 60 * 60 * 1000;
const mostKeys = 3;

/** Keys in a data folder; the first is made when it is asked for. */
export function createWebhookKeys(
  deps: Pick<GatewayDeps, "primitives" | "random" | "now" | "secrets">,
  { dataFolder }: { readonly dataFolder: string },
): WebhookKeys {
  const folder = join(dataFolder, "secrets", "webhook-keys");
  const pairByName = new Map<string, SigningKeyPair>();
  const load = async (): Promise<readonly LoadedKey[]> => await loadKeys(deps, { folder, pairByName });
  return {
    current: async () =>
      (await load()).map(({ pair }): WebhookSigningKey => ({ kind: "ed25519", secretKey: pair.secretKey })),
    publish: async () => (await load()).map((key) => publication(deps, key)),
    rotate: async () => {
      const keys = await load();
      if (keys.length >= mostKeys) throw new RefusedError("conflict");
      await createKey(deps, { folder, atMs: Math.max(deps.now(), (keys[0]?.createdAtMs ?? 0) + 1) });
    },
    destroy: () => {
      for (const { secretKey } of pairByName.values()) secretKey.destroy();
    },
  };
}

interface LoadedKey {
  readonly pair: SigningKeyPair;
  readonly createdAtMs: number;
  readonly endsAtMs: number;
}

interface KeyFolder {
  readonly folder: string;
  readonly pairByName: Map<string, SigningKeyPair>;
}

async function loadKeys(
  deps: Pick<GatewayDeps, "primitives" | "random" | "now">,
  { folder, pairByName }: KeyFolder,
): Promise<readonly LoadedKey[]> {
  let times = await listTimes(folder);
  if (times.length === 0) {
    await createKey(deps, { folder, atMs: deps.now() });
    times = await listTimes(folder);
  }
  const keys: LoadedKey[] = [];
  for (const [index, createdAtMs] of times.entries()) {
    const name = fileName(createdAtMs);
    const newerAtMs = times[index - 1];
    const endsAtMs = newerAtMs === undefined ? 0 : newerAtMs + webhookKeyOverlapMs;
    if (endsAtMs !== 0 && endsAtMs <= deps.now()) {
      pairByName.get(name)?.secretKey.destroy();
      pairByName.delete(name);
      await rm(join(folder, name), { force: true });
      continue;
    }
    const pair = pairByName.get(name) ?? (await loadPair(deps, join(folder, name)));
    pairByName.set(name, pair);
    keys.push({ pair, createdAtMs, endsAtMs });
  }
  return keys;
}

/** When each key was made, the newest first. */
async function listTimes(folder: string): Promise<number[]> {
  await makePrivateFolder(folder);
  const names = await readdir(folder);
  const times = names.flatMap((name) => (/^\d{15}\.key$/.test(name) ? [Number(name.slice(0, 15))] : []));
  return times.toSorted((left, right) => right - left);
}

function fileName(createdAtMs: number): string {
  return `${String(createdAtMs).padStart(15, "0")}.key`;
}

async function createKey(
  { random }: Pick<GatewayDeps, "random">,
  { folder, atMs }: { readonly folder: string; readonly atMs: number },
): Promise<void> {
  await loadOrCreateSecretFile(join(folder, fileName(atMs)), () => encodeBase64Url(randomBytes(random, 32)));
}

async function loadPair({ primitives }: Pick<GatewayDeps, "primitives">, file: string): Promise<SigningKeyPair> {
  const seed = decodeBase64Url(
    await loadOrCreateSecretFile(file, () => {
      throw new SecretFileError("a webhook key vanished while it was read");
    }),
  );
  try {
    if (seed.length !== 32) throw new SecretFileError("a webhook key is damaged");
    return primitives.deriveSigningKeyPair(seed);
  } finally {
    seed.fill(0);
  }
}

function publication(
  { primitives, secrets }: Pick<GatewayDeps, "primitives" | "secrets">,
  { pair, createdAtMs, endsAtMs }: LoadedKey,
): PublishedWebhookKey {
  const fields = encodeFields("coterie/webhook-key/1", pair.publicKey, createdAtMs, endsAtMs);
  const signature = primitives.sign(secrets.signing.secretKey, fields);
  return { public: pair.publicKey, createdAtMs, endsAtMs, signature };
}
