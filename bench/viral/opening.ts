// Every received contact opened three times: by our own opener with all its checks, and by two programs that know nothing of us, in
// processes of their own.
import { fromJsonString } from "@bufbuild/protobuf";
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { ContactSchema } from "@coterie/protocol";
import { createContactOpener } from "@coterie/sealed-box/open";
import { encodeCanonicalJson, type JsonObject } from "@coterie/sealed-box/seal";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openInputOf } from "../../apps/gateway/test/support/coalition.ts";
import type { Model } from "./model.ts";
import type { Receiver } from "./receivers.ts";

export interface Opened {
  readonly organisation: string;
  readonly receiver: Receiver["kind"];
  readonly contacts: number;
  /** Opened to exactly the person that the plan had sign. */
  readonly ours: number;
  readonly proca: number;
  /** undefined: there is no Python with PyNaCl here. */
  readonly pynacl: number | undefined;
  /** Of contacts that were changed by a bit: how many opened all the same. */
  readonly changedOpened: number;
}

export interface OpeningInput {
  readonly receiver: Receiver;
  readonly model: Model;
  readonly gatewaySigningKey: Uint8Array;
}

const conformance = join(import.meta.dirname, "..", "..", "conformance", "interop", "src", "open-boxes.ts");

export async function openEverything(input: OpeningInput): Promise<Opened> {
  const { organisation, store } = input.receiver;
  const keys = organisation.keys.map(({ publicKey, secretKey }) => ({
    publicKey: encodeBase64Url(publicKey),
    secretKey: encodeBase64Url(secretKey.exposeSecretBytes()),
  }));
  const ours = await openWithOurs(input, keys);
  const task = `${store.path}.task`;
  await writeFile(task, JSON.stringify({ keys, boxes: ours.boxesFile }), { mode: 0o600 });
  const child = spawn(process.execPath, ["--conditions=@coterie/source", conformance, task], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const { proca, pynacl, changedOpened } = JSON.parse(said);
  return {
    organisation: organisation.name,
    receiver: input.receiver.kind,
    contacts: store.actionIds.size,
    ours: ours.right,
    proca,
    pynacl: pynacl ?? undefined,
    changedOpened,
  };
}

/** Opens the file line by line, and writes beside it what other programs need: boxes, and who should be in them. */
async function openWithOurs(
  { receiver, model, gatewaySigningKey }: OpeningInput,
  keys: readonly { readonly secretKey: string }[],
): Promise<{ readonly right: number; readonly boxesFile: string }> {
  const { store } = receiver;
  // Pairs of its own, which it wipes when it is done.
  const pairs = keys.map(({ secretKey }) => primitives.deriveAgreementKeyPair(decodeBase64Url(secretKey)));
  const opener = createContactOpener({ primitives }, { keys: pairs, gatewaySigningKey });
  const boxesFile = `${store.path}.boxes`;
  const boxes = await open(boxesFile, "w", 0o600);
  const file = await open(store.path);
  let right = 0;
  for await (const line of file.readLines()) {
    const contact = fromJsonString(ContactSchema, line);
    const expected = model.accepted.get(contact.actionId)?.supporter.person ?? {};
    const opened = attempt(() => opener.open(openInputOf(contact)).person);
    if (opened !== undefined && isSame(opened, expected)) right++;
    const box = {
      payload: encodeBase64Url(contact.payload),
      nonce: encodeBase64Url(contact.nonce),
      publicKey: encodeBase64Url(contact.publicKey?.public ?? new Uint8Array(0)),
      signKey: encodeBase64Url(contact.signKey?.public ?? new Uint8Array(0)),
      person: expected,
    };
    await boxes.write(`${JSON.stringify(box)}\n`);
  }
  await boxes.close();
  await file.close();
  opener.destroy();
  return { right, boxesFile };
}

function attempt<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function isSame(left: JsonObject, right: JsonObject): boolean {
  return Buffer.from(encodeCanonicalJson(left)).equals(encodeCanonicalJson(right));
}
