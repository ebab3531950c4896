/** Premises whose contacts are synchronised: a connected organisation with a key, and what its persons did since. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { DeliveryEventSchema } from "@coterie/protocol";
import { createKeyFile } from "@coterie/sealed-box/key-file";
import { saveKeyFile } from "../src/keys/key-files.ts";
import { connectOrganisation } from "../src/organisations/connect-organisation.ts";
import { PassThrough } from "node:stream";
import { runCommand } from "../src/run-command.ts";
import { Terminal } from "../src/terminal/terminal.ts";
import { coterie, type Finished, passphrase, type RunOptions, temporaryFolder } from "./cli-process.ts";
import type { ContactPlace, ContactWish } from "./contact-fixtures.ts";
import { sealedContact } from "./contact-fixtures.ts";
import { type FixtureGateway, placeOf, startFixtureGateway } from "./fixture-gateway.ts";

export interface SyncWorld {
  readonly gateway: FixtureGateway;
  /** Connected premises with a key, to be copied. */
  readonly template: string;
  readonly place: ContactPlace;
  readonly close: () => Promise<void>;
}

export async function startSyncWorld(): Promise<SyncWorld> {
  const gateway = await startFixtureGateway();
  const template = await mkdtemp(join(tmpdir(), "coterie-sync-"));
  const folder = await connectOrganisation(
    { random, now: Date.now, signal: new AbortController().signal },
    { premises: template, address: gateway.address, token: gateway.token, patienceMs: 0 },
  );
  const keyPair = generateAgreementKeyPair(primitives, random);
  const file = createKeyFile({ primitives, random, now: Date.now }, { keyPair, passphrase, comment: "" });
  await saveKeyFile(folder.path, { name: "k", file });
  await writeFile(join(folder.path, "passphrase"), passphrase, { mode: 0o600 });
  return {
    gateway,
    template,
    place: placeOf(gateway, keyPair),
    close: async () => {
      await gateway.close();
      await rm(template, { recursive: true, force: true });
    },
  };
}

export interface InProcess {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface SyncPremises {
  readonly folder: string;
  readonly organisation: string;
  /** `coterie contacts sync` with these words, in this process. */
  readonly sync: (words: readonly string[], options?: InProcess) => Promise<Pick<Finished, "code" | "out" | "err">>;
  /** The same as a process of its own, which can be killed. */
  readonly spawn: (words: readonly string[], options?: RunOptions) => Promise<Finished>;
}

/** Fresh premises of the world's organisation; what the gateway held before is gone. */
export async function freshPremises({ gateway, template }: SyncWorld): Promise<SyncPremises> {
  gateway.contacts.length = 0;
  gateway.events.length = 0;
  gateway.acknowledged.length = 0;
  const folder = await temporaryFolder();
  const premises = join(folder, "premises");
  await cp(template, premises, { recursive: true });
  const command = ["contacts", "sync", "--premises", premises, "--patience", "2", "--workers", "1"];
  return {
    folder,
    organisation: join(premises, "harbour-watch"),
    sync: async (words, options) => await runHere([...command, ...words], options),
    spawn: async (words, options) => await coterie([...command, ...words], options),
  };
}

/** Runs `coterie` with these words in this process: much faster than a process of its own, but it cannot be killed. */
export async function runHere(
  words: readonly string[],
  { env = {}, signal = new AbortController().signal }: InProcess = {},
): Promise<Pick<Finished, "code" | "out" | "err">> {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const terminal = new Terminal({ input, output, errors }, { quiet: false, json: false });
  const deps = { primitives, random, now: Date.now, terminal, env, workingFolder: tmpdir(), signal };
  const code = await runCommand(deps, words);
  const read = (stream: PassThrough): string => String(stream.read() ?? "");
  return { code, out: read(output), err: read(errors) };
}

/** One more person signs; returns the action's id. */
export function arrive({ gateway, place }: SyncWorld, wish: ContactWish = {}): string {
  const contact = sealedContact(place, wish);
  gateway.contacts.push(contact);
  return contact.actionId;
}

/** Something happens to a contact. */
export function happen({ gateway }: SyncWorld, actionId: string, kind: string, atMs = Date.UTC(2030, 0, 9)): void {
  gateway.events.push(create(DeliveryEventSchema, { actionId, kind, atMs: BigInt(atMs) }));
}
