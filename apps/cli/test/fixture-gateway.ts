/**
 * A gateway for tests of the command line alone: the organisation's service over real HTTP, fed with really sealed
 * contacts. The real gateway is met in gateway.e2e.test.ts.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { type Bytes, decodeTextForm, encodeTextForm, equalBytes, Plaintext } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import {
  type Contact,
  type DeliveryEvent,
  KeyState,
  type OrganisationKey,
  OrganisationKeySchema,
  OrganisationService,
} from "@coterie/protocol";
import { wireErrorHeader } from "@coterie/protocol/wire-error";
import { deriveKeyId, keyIdBytes, parseKeyId, sealEnvelope } from "@coterie/sealed-box/seal";
import { type ContactPlace, newId } from "./contact-fixtures.ts";

/** The state of a fixture gateway; tests change it as they like. */
export interface FixtureGateway {
  readonly address: string;
  readonly token: string;
  readonly organisation: string;
  readonly signing: SigningKeyPair;
  /** What pinning sees; replaced to play a gateway that was swapped. */
  shownSigningKey: Bytes;
  readonly contacts: Contact[];
  readonly keys: OrganisationKey[];
  /** Sent with the last batch of contacts, once each. */
  readonly events: DeliveryEvent[];
  readonly acknowledged: string[];
  /** The largest batch, whatever is asked for. */
  batch: number;
  /** Answers this many calls with "unavailable" first. */
  failures: number;
  pulls: number;
  readonly close: () => Promise<void>;
}

export async function startFixtureGateway({
  name = "harbour-watch",
}: {
  readonly name?: string;
} = {}): Promise<FixtureGateway> {
  const signing = generateSigningKeyPair(primitives, random);
  const server = createServer();
  const state: { -readonly [Name in keyof FixtureGateway]: FixtureGateway[Name] } = {
    address: "",
    token: encodeTextForm("ctok", randomBytes(random, 32)),
    organisation: newId("corg"),
    signing,
    shownSigningKey: signing.publicKey,
    contacts: [],
    keys: [],
    events: [],
    acknowledged: [],
    batch: 1000,
    failures: 0,
    pulls: 0,
    close: () => closeServer(server),
  };
  server.on("request", connectNodeAdapter({ routes: (router) => routesOf(router, state, name) }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // cast: a TCP server's address
  state.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

/** A place for contacts of this gateway's organisation. */
export function placeOf(
  gateway: FixtureGateway,
  recipient: AgreementKeyPair = generateAgreementKeyPair(primitives, random),
): ContactPlace {
  return {
    gateway: gateway.signing,
    recipient,
    organisation: gateway.organisation,
    campaign: newId("ccam"),
    page: newId("cpag"),
  };
}

function routesOf(router: ConnectRouter, state: FixtureGateway, name: string): void {
  const challenges = new Map<string, Bytes>();
  const enter = (header: Headers): void => {
    if (state.failures > 0) {
      state.failures--;
      throw refusal(Code.Unavailable, "unavailable");
    }
    if (header.get("authorization") !== `Bearer ${state.token}`) throw refusal(Code.Unauthenticated, "unauthenticated");
  };
  router.service(OrganisationService, {
    getOrganisation: (_, { requestHeader }) => {
      enter(requestHeader);
      return {
        organisation: { id: state.organisation, name, title: "Harbour Watch" },
        gatewaySigningKey: state.shownSigningKey,
      };
    },
    importPublicKey: ({ public: bytes, label }, { requestHeader }) => {
      enter(requestHeader);
      const id = deriveKeyId(primitives, bytes);
      const key = create(OrganisationKeySchema, { id, public: bytes, label, state: KeyState.IMPORTED });
      state.keys.push(key);
      return { key };
    },
    startActivation: ({ keyId }, { requestHeader }) => {
      enter(requestHeader);
      const proof = randomBytes(random, 32);
      challenges.set(keyId, proof);
      const key = state.keys.find(({ id }) => id === keyId);
      if (key === undefined) throw refusal(Code.NotFound, "not-found");
      const organisation = decodeTextForm("corg", state.organisation, { lengthBytes: 16 });
      const context = ["coterie/activation/1", organisation, keyIdBytes(parseKeyId(keyId))];
      const plaintext = Plaintext.copyOf(proof);
      return { challenge: sealEnvelope({ primitives, random }, { plaintext, recipients: [key.public], context }) };
    },
    activatePublicKey: ({ keyId, proof }, { requestHeader }) => {
      enter(requestHeader);
      const key = state.keys.find(({ id }) => id === keyId);
      const expected = challenges.get(keyId);
      if (key === undefined || expected === undefined || !equalBytes(expected, proof))
        throw refusal(Code.FailedPrecondition, "not-proven");
      for (const other of state.keys) if (other.state === KeyState.ACTIVE) other.state = KeyState.RETIRED;
      key.state = KeyState.ACTIVE;
      return { key };
    },
    listPublicKeys: (_, { requestHeader }) => {
      enter(requestHeader);
      return { keys: state.keys };
    },
    pullContacts: ({ cursor, limit }, { requestHeader }) => {
      enter(requestHeader);
      state.pulls++;
      const start = cursor === "" ? Number(state.acknowledged.at(-1) ?? "0") : Number(cursor);
      const end = Math.min(state.contacts.length, start + Math.min(limit, state.batch));
      const more = end < state.contacts.length;
      const events = more ? [] : state.events.splice(0);
      return { contacts: state.contacts.slice(start, end), events, nextCursor: String(end), more };
    },
    acknowledgeContacts: ({ cursor }, { requestHeader }) => {
      enter(requestHeader);
      state.acknowledged.push(cursor);
      return {};
    },
  });
}

function refusal(code: Code, wireCode: string): ConnectError {
  return new ConnectError(wireCode, code, { [wireErrorHeader]: wireCode });
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
