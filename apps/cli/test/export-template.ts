/** Premises that are connected to a gateway of the test's own, with a key: made once for a file, copied for each test. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { createKeyFile } from "@coterie/sealed-box/key-file";
import { saveKeyFile } from "../src/keys/key-files.ts";
import { connectOrganisation } from "../src/organisations/connect-organisation.ts";
import { passphrase, temporaryFolder } from "./cli-process.ts";
import type { ContactPlace } from "./contact-fixtures.ts";
import { type FixtureGateway, placeOf, startFixtureGateway } from "./fixture-gateway.ts";

export interface ExportPremises {
  readonly premises: string;
  readonly organisationFolder: string;
  readonly passphraseFile: string;
  /** Where contacts of this organisation come from. */
  readonly place: ContactPlace;
}

export interface ExportTemplate {
  readonly gateway: FixtureGateway;
  readonly keyPair: AgreementKeyPair;
  /** Fresh premises for a test, removed after it; the gateway has no contacts. */
  readonly copy: () => Promise<ExportPremises>;
  readonly close: () => Promise<void>;
}

export async function makeExportTemplate(): Promise<ExportTemplate> {
  const gateway = await startFixtureGateway();
  const template = await mkdtemp(join(tmpdir(), "coterie-export-"));
  const folder = await connectOrganisation(
    { random, now: Date.now, signal: new AbortController().signal },
    { premises: template, address: gateway.address, token: gateway.token, patienceMs: 0 },
  );
  const keyPair = generateAgreementKeyPair(primitives, random);
  const file = createKeyFile({ primitives, random, now: Date.now }, { keyPair, passphrase, comment: "" });
  await saveKeyFile(folder.path, { name: "k", file });
  return {
    gateway,
    keyPair,
    copy: async () => {
      const copied = await temporaryFolder();
      const premises = join(copied, "premises");
      const passphraseFile = join(copied, "passphrase");
      await cp(template, premises, { recursive: true });
      await writeFile(passphraseFile, passphrase);
      gateway.contacts.length = 0;
      gateway.acknowledged.length = 0;
      const organisationFolder = join(premises, "harbour-watch");
      return { premises, organisationFolder, passphraseFile, place: placeOf(gateway, keyPair) };
    },
    close: async () => {
      await gateway.close();
      await rm(template, { recursive: true, force: true });
    },
  };
}
