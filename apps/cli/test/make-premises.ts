// Makes premises with a store of really sealed contacts, for measuring: node make-premises.ts FOLDER CONTACTS [REPEAT]
// REPEAT copies the segments of the store that many times: opening does not know the difference, and sealing takes long.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { encodeTextForm } from "@coterie/bytes";
import { generateAgreementKeyPair, generateSigningKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import type { Contact } from "@coterie/protocol";
import { createKeyFile } from "@coterie/sealed-box/key-file";
import { ContactStore } from "../src/contacts/contact-store.ts";
import { listSegments, segmentPath } from "../src/contacts/store-segments.ts";
import { LineVerifier } from "../src/contacts/line-verifier.ts";
import { saveKeyFile } from "../src/keys/key-files.ts";
import { createOrganisationFolder, pathsOf } from "../src/premises/organisation-folder.ts";
import { getStoreKey } from "../src/premises/store-key.ts";
import { type ContactPlace, newId, sealedContact } from "./contact-fixtures.ts";
import { makePerson } from "./people.ts";

const threads = 2;
const batch = 1000;

interface Share {
  readonly recipientSecret: Uint8Array;
  readonly signingSeed: Uint8Array;
  readonly ids: Pick<ContactPlace, "organisation" | "campaign" | "page">;
  readonly contacts: number;
  readonly first: number;
}

if (isMainThread) await makePremises();
else sealShare(workerData);

async function makePremises(): Promise<void> {
  const [folder = "premises", contacts = "1000", repeat = "1"] = process.argv.slice(2);
  const recipient = generateAgreementKeyPair(primitives, random);
  const signing = generateSigningKeyPair(primitives, random);
  const ids = { organisation: newId("corg"), campaign: newId("ccam"), page: newId("cpag") };
  const organisation = await createOrganisationFolder(folder, {
    profile: {
      gatewayAddress: "http://127.0.0.1:1",
      organisationId: ids.organisation,
      name: "measured",
      title: "Measured",
      gatewaySigningKey: signing.publicKey,
    },
    token: encodeTextForm("ctok", randomBytes(random, 32)),
  });
  const passphrase = "not a secret: only for measuring";
  await writeFile(pathsOf(organisation.path).passphrase, passphrase);
  const file = createKeyFile(
    { primitives, random, now: Date.now },
    { keyPair: recipient, passphrase, comment: "measuring" },
  );
  await saveKeyFile(organisation.path, { name: "measured", file });
  await mkdir(pathsOf(organisation.path).contacts, { recursive: true });
  const storeKey = await getStoreKey({ random }, organisation.path);
  const verifier = new LineVerifier({ storeKey, gatewaySigningKey: signing.publicKey }, threads);
  const store = await ContactStore.open(pathsOf(organisation.path).contacts, verifier);
  const total = Number(contacts);
  let cursor = 0;
  const shares = Array.from({ length: threads }, (_, i): Share => {
    const first = Math.floor((total * i) / threads);
    const share = Math.floor((total * (i + 1)) / threads) - first;
    const recipientSecret = recipient.secretKey.exposeSecretBytes().slice();
    return { recipientSecret, signingSeed: signing.secretKey.exposeSecretBytes().slice(), ids, contacts: share, first };
  });
  const append = async (before: Promise<void>, sealed: readonly Contact[]): Promise<void> => {
    await before;
    cursor += sealed.length;
    await store.append(sealed, String(cursor));
  };
  let writing = Promise.resolve();
  const sealed = shares.map((share) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    return new Promise<void>((resolve, reject) => {
      worker.on("message", (message: Contact[]) => {
        writing = append(writing, message).then(() => worker.postMessage("more", []));
      });
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  });
  await Promise.all(sealed);
  await writing;
  await store.close();
  await verifier.close();
  await repeatSegments(store.folder, Number(repeat));
}

function sealShare(share: Share): void {
  const place: ContactPlace = {
    ...share.ids,
    recipient: primitives.deriveAgreementKeyPair(share.recipientSecret),
    gateway: primitives.deriveSigningKeyPair(share.signingSeed),
  };
  let done = 0;
  const next = (): void => {
    const size = Math.min(batch, share.contacts - done);
    if (size <= 0) {
      parentPort?.close();
      return;
    }
    const contacts = Array.from({ length: size }, (_, i) => sealedContact(place, makePerson(share.first + done + i)));
    done += size;
    parentPort?.postMessage(contacts, []);
  };
  parentPort?.on("message", next);
  next();
}

async function repeatSegments(folder: string, repeat: number): Promise<void> {
  const segments = await listSegments(folder);
  for (let round = 1; round < repeat; round++) {
    for (const segment of segments) {
      await copyFile(segmentPath(folder, segment), segmentPath(folder, round * segments.length + segment));
    }
  }
}
