import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { ContactStore } from "../src/contacts/contact-store.ts";
import { OpeningPool } from "../src/contacts/opening-pool.ts";
import { StoreReader } from "../src/contacts/store-reader.ts";
import { findStoreEnd } from "../src/contacts/store-segments.ts";
import { temporaryFolder } from "./cli-process.ts";
import { sealedContact } from "./contact-fixtures.ts";
import { placeOf, startFixtureGateway } from "./fixture-gateway.ts";

it("reads no further ahead than its slots while the output is slow, and delivers in order", async () => {
  const gateway = await startFixtureGateway();
  await gateway.close();
  const keyPair = generateAgreementKeyPair(primitives, random);
  const place = placeOf(gateway, keyPair);
  const folder = join(await temporaryFolder(), "contacts");
  const store = await ContactStore.open(folder);
  for (let batch = 1; batch <= 5; batch++) {
    await store.append(
      Array.from({ length: 500 }, () => sealedContact(place)),
      String(batch),
    );
  }
  await store.close();
  const { place: end } = await findStoreEnd(folder);
  const reader = new CountingReader(folder, { start: { segment: 1, offset: 0 }, end });
  const workers = 2;
  const pool = new OpeningPool(
    {
      secretKeys: [keyPair.secretKey.exposeSecretBytes()],
      gatewaySigningKey: gateway.signing.publicKey,
      organisationId: gateway.organisation,
      filter: { sinceMs: undefined, campaign: undefined },
      formats: ["jsonl"],
      columns: { personFields: [], customFields: [] },
      storeKey: undefined,
      events: undefined,
      receiver: { name: "harbour-watch", title: "Harbour Watch" },
    },
    workers,
  );
  const slots = workers * 3;
  let [delivered, opened] = [0, 0];
  const sequences: number[] = [];
  await pool.openAll(reader, async ({ result }) => {
    // Long enough for everything that may run ahead to have run.
    if (delivered < 2) await sleep(300);
    expect(reader.pieces - delivered).toBeLessThanOrEqual(slots);
    delivered++;
    opened += result.counts.opened;
    sequences.push(result.sequence);
  });
  await pool.close();
  await reader.close();
  expect(opened).toBe(2500);
  expect(sequences).toEqual(sequences.map((_, i) => i));
  expect(delivered).toBeGreaterThan(slots);
});

class CountingReader extends StoreReader {
  pieces = 0;

  override async readPiece(target: Uint8Array): ReturnType<StoreReader["readPiece"]> {
    const piece = await super.readPiece(target);
    if (piece !== undefined) this.pieces++;
    return piece;
  }
}
