// Fields encrypted at rest, beside Cloak (AES-256-GCM over node:crypto) and beside node:crypto alone. JSON lines; medians of
// interleaved runs in microseconds, so that load hits all sides alike. Ours also binds the place, commits to the key and pads.
import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from "node:crypto";
import { decryptStringSync, encryptStringSync, generateKey, parseKeySync } from "@47ng/cloak";
import { encodeUtf8, Plaintext, SecretKey } from "@coterie/bytes";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  createBlindIndex,
  createMailKeyring,
  createMemoryMailKeyStore,
  createVault,
  generateFieldKey,
  sealForMail,
} from "@coterie/vault";

interface Pair {
  readonly name: string;
  readonly ours: () => unknown;
  readonly rival: () => unknown;
  readonly note: string;
}

const runs = 15;
const runMs = 12;

const email = "alice.example@example.org";
const place = { tenant: new Uint8Array(16).fill(1), table: "people", column: "email", row: new Uint8Array(16).fill(2) };
const vault = createVault({ primitives, random }, { current: generateFieldKey({ random }), reading: [] });
const field = vault.encryptField(place, Plaintext.fromText(email));

const cloakKey = parseKeySync(generateKey());
const cloaked = encryptStringSync(email, cloakKey);
const gcmKey = createSecretKey(randomFillSync(new Uint8Array(32)));
const gcmSealed = encryptGcm(email);

const encrypt = (): unknown => vault.encryptField(place, Plaintext.fromText(email));
const decrypt = (): unknown => vault.decryptField(place, field).exposeText();

const pairs: readonly Pair[] = [
  { name: "encrypt field", ours: encrypt, rival: () => encryptStringSync(email, cloakKey), note: "@47ng/cloak 1.2.0" },
  {
    name: "decrypt field",
    ours: decrypt,
    rival: () => decryptStringSync(cloaked, cloakKey),
    note: "@47ng/cloak 1.2.0",
  },
  {
    name: "encrypt field",
    ours: encrypt,
    rival: () => encryptGcm(email),
    note: "node:crypto AES-256-GCM, nothing else",
  },
  {
    name: "decrypt field",
    ours: decrypt,
    rival: () => decryptGcm(gcmSealed),
    note: "node:crypto AES-256-GCM, nothing else",
  },
];

for (const pair of pairs) report(pair);
reportAlone("blind index value", indexValue());
await reportMailBoxes();

function indexValue(): () => unknown {
  const index = createBlindIndex(
    { primitives },
    {
      rootKey: SecretKey.own("blind-index", new Uint8Array(32).fill(3)),
      tenant: place.tenant,
      table: place.table,
      column: place.column,
      keyVersion: 1,
      bits: 12,
      expectedRows: 50_000,
      distinctValuesEstimate: 50_000,
      fieldKind: "email",
      sample: "no-rows-yet",
    },
  );
  return () => index.indexOf(email);
}

async function reportMailBoxes(): Promise<void> {
  const keyring = createMailKeyring({ primitives, random, now: () => 0 }, createMemoryMailKeyStore());
  const { keyId, publicKey: mailPublicKey } = await keyring.current();
  const actionId = `cact1${"q".repeat(32)}`;
  const input = { mailPublicKey, keyId, actionId, email, firstName: "Alice" };
  reportAlone("seal mail box", () => sealForMail({ primitives, random }, input));
  const box = sealForMail({ primitives, random }, input);
  const count = 2000;
  const start = performance.now();
  for (let i = 0; i < count; i++) (await keyring.open({ box, actionId })).destroy();
  print({ name: "open mail box", ours: ((performance.now() - start) * 1000) / count });
}

function encryptGcm(text: string): { readonly iv: Uint8Array; readonly body: Buffer; readonly tag: Buffer } {
  const iv = randomFillSync(new Uint8Array(12));
  const cipher = createCipheriv("aes-256-gcm", gcmKey, iv, { authTagLength: 16 });
  const body = Buffer.concat([cipher.update(encodeUtf8(text)), cipher.final()]);
  return { iv, body, tag: cipher.getAuthTag() };
}

function decryptGcm({ iv, body, tag }: ReturnType<typeof encryptGcm>): string {
  const decipher = createDecipheriv("aes-256-gcm", gcmKey, iv, { authTagLength: 16 });
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
}

function report({ name, ours, rival, note }: Pair): void {
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let run = -2; run < runs; run++) {
    const sample = [timeOf(ours), timeOf(rival)] as const;
    // The first two warm up.
    if (run < 0) continue;
    mine.push(sample[0]);
    theirs.push(sample[1]);
  }
  const ratios = mine.map((us, i) => us / (theirs[i] ?? us));
  print({ name, ours: median(mine), rival: median(theirs), ratio: median(ratios), note });
}

function reportAlone(name: string, work: () => unknown): void {
  print({ name, ours: median(Array.from({ length: runs }, () => timeOf(work))) });
}

/** Microseconds a call. */
function timeOf(work: () => unknown): number {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < runMs) {
    for (let i = 0; i < 20; i++) work();
    calls += 20;
  }
  return ((performance.now() - start) * 1000) / calls;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}

function print(figures: { name: string; ours: number; rival?: number; ratio?: number; note?: string }): void {
  const rounded = Object.entries(figures).map(([key, value]) =>
    typeof value === "number" ? [key, Number(value.toFixed(2))] : [key, value],
  );
  process.stdout.write(`${JSON.stringify({ ...Object.fromEntries(rounded), unit: "us" })}\n`);
}
