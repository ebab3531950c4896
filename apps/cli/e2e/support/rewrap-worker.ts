// `coterie contacts rewrap` without its passphrases, for tests that kill it hundreds of times: reads what it needs from standard
// input, says how many contacts it has replaced after each request, and ends with the outcome.
import { text } from "node:stream/consumers";
import type { AgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { createContactRewrapper } from "@coterie/sealed-box/open";
import { connectGateway } from "../../src/gateway/gateway-client.ts";
import { rewrapContacts } from "../../src/rewrap/rewrap-contacts.ts";

/** What a worker is told. Seeds are of fake keys. */
export interface RewrapJob {
  readonly address: string;
  readonly token: string;
  readonly organisationId: string;
  readonly gatewaySigningKey: string;
  readonly oldSeed: string;
  readonly newSeed: string;
  readonly oldKeyId: string;
  readonly newKeyId: string;
}

const job: RewrapJob = JSON.parse(await text(process.stdin));
const keyPairOf = (seed: string): AgreementKeyPair =>
  primitives.deriveAgreementKeyPair(Uint8Array.from(Buffer.from(seed, "hex")));
const { signal } = new AbortController();
const { address, token } = job;
const gateway = await connectGateway({ random, now: () => Date.now(), signal }, { address, token, patienceMs: 0 });
const rewrapper = createContactRewrapper(
  { primitives, random },
  {
    keys: [keyPairOf(job.oldSeed), keyPairOf(job.newSeed)],
    gatewaySigningKey: Uint8Array.from(Buffer.from(job.gatewaySigningKey, "hex")),
    recipient: { public: keyPairOf(job.newSeed).publicKey },
  },
);
const told = {
  ...gateway.rewraps,
  replaceContacts: async (request: Parameters<typeof gateway.rewraps.replaceContacts>[0]) => {
    process.stdout.write("sent\n");
    const answer = await gateway.rewraps.replaceContacts(request);
    process.stdout.write(`replaced ${answer.replacedActionIds.length}\n`);
    return answer;
  },
};
const outcome = await rewrapContacts(
  {
    gateway: { rewraps: told },
    primitives,
    rewrapper,
    signal,
    onBatch: () => undefined,
    onRefused: () => undefined,
  },
  job,
);
process.stdout.write(`outcome ${JSON.stringify(outcome)}\n`);
gateway.close();
