/**
 * What a client calls: sessions with the devices of peers, stored before anything is sent or shown (docs/protocol/sessions.md §8).
 * One step at a time per device of a peer; steps with different devices do not wait for each other.
 */
import { type Bytes, concatBytes, equalBytes, Plaintext, SecretKey } from "@coterie/bytes";
import type { PrekeyBundle } from "../keys/bundle.ts";
import { type DecodedPrekeyMessage, decodePrekeyMessage } from "../messages/prekey-message.ts";
import { decodeRatchetMessage } from "../messages/ratchet-message.ts";
import { concernsCurrentSession, type ResendRequest } from "../messages/resend-request.ts";
import { openPrekey, openRecord, sealRecord, type StoreKey } from "../record/sealed-record.ts";
import {
  archiveCurrent,
  decryptPrekeyWithRecord,
  decryptWithRecord,
  encryptWithRecord,
  findByBaseKey,
  type RecordDecryptStep,
  withNewSession,
} from "../session/record-steps.ts";
import type { SessionMessage } from "../session/encrypt-step.ts";
import { emptyRecord, type SessionRecord } from "../session/session-state.ts";
import {
  initiateSession,
  type LocalDevice,
  type ResponderPrekeys,
  type SessionDeps,
} from "../session/start-session.ts";
import { createLocks, type Locks } from "./locks.ts";
import type { KemUse, SessionChange, SessionStore } from "./session-store.ts";
import type { Observe } from "./telemetry.ts";
import { observed } from "./telemetry.ts";
import { Uncommitted } from "./uncommitted.ts";

/** What a cipher works with. */
export interface SessionCipherDeps extends SessionDeps {
  readonly store: SessionStore;
  readonly storeKey: StoreKey;
  readonly local: LocalDevice;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Durations and outcomes, without content. */
  readonly observe?: Observe;
  /** Where devices are named by UUIDs: first messages then name both sides, and are refused where they were made for others. */
  readonly addressesOf?: (peer: string) => DeviceAddresses;
}

/** 18 bytes each: 17 of a service id and one of a device (docs/protocol/sessions.md §5). */
export interface DeviceAddresses {
  readonly local: Bytes;
  readonly peer: Bytes;
}

/** Prekeys belong to all peers, so that first messages of different ones wait for each other. */
interface CipherContext extends SessionCipherDeps {
  readonly withPrekeys: Locks["withLock"];
}

/** How starting a session ends. */
export type StartOutcome =
  | { readonly kind: "started" }
  /** The bundle has another identity key than the one that was accepted: show it to the person first. */
  | { readonly kind: "identity-changed"; readonly identityKey: Bytes };

/** How encrypting ends. */
export type EncryptOutcome =
  | { readonly kind: "encrypted"; readonly message: SessionMessage }
  /** Fetch a bundle, start a session, and encrypt again. */
  | { readonly kind: "no-session" };

/** How decrypting ends. Nothing changed unless it is `opened`. */
export type DecryptOutcome =
  | { readonly kind: "opened"; readonly plaintext: Plaintext; readonly startedSession: boolean }
  /** There is no session that could open it: ask the sender to start one and to send it again. */
  | { readonly kind: "no-session" }
  /** Opened before: acknowledge and forget it. */
  | { readonly kind: "duplicate" }
  /** Its key is gone or too far ahead: ask the sender to send it again. */
  | { readonly kind: "out-of-sync"; readonly reason: "too-far-ahead" | "key-gone" }
  /** Changed on the way, or never sent in this session. */
  | { readonly kind: "tampered" }
  /** A first message under another identity key than the one that was accepted. */
  | { readonly kind: "identity-changed"; readonly identityKey: Bytes }
  /** A first message for prekeys that this device no longer has. */
  | { readonly kind: "stale-prekey" };

/** Sessions with the devices of peers; `peer` is the address of one device, the same for every call. */
export interface SessionCipher {
  /** Makes a session from a bundle; it sends from now on. @throws InvalidBundleError */
  readonly start: (peer: string, bundle: PrekeyBundle) => Promise<StartOutcome>;
  /** @throws MessageTooLongError */
  readonly encrypt: (peer: string, plaintext: Plaintext) => Promise<EncryptOutcome>;
  /** @throws MalformedMessageError, MessageTooLongError */
  readonly decrypt: (peer: string, message: SessionMessage) => Promise<DecryptOutcome>;
  /** The next message will need a bundle; what is under way can still be opened. */
  readonly reset: (peer: string) => Promise<void>;
  /** The same where the request is about the session that sends now, and nothing else: whether it was. */
  readonly resetIfCurrent: (peer: string, request: ResendRequest) => Promise<boolean>;
  /** Accepts another identity key of a peer; the sessions with the old one are forgotten. */
  readonly acceptIdentity: (peer: string, identityKey: Bytes) => Promise<void>;
}

/** A cipher over a store. Two ciphers must not share one store and peer. */
export function createSessionCipher(given: SessionCipherDeps): SessionCipher {
  const { withLock } = createLocks();
  const deps: CipherContext = { ...given, withPrekeys: createLocks().withLock };
  const { store } = deps;
  return {
    start: (peer, bundle) =>
      withLock(
        peer,
        async () => await observed(deps, { span: "start", run: async () => await start(deps, { peer, bundle }) }),
      ),
    encrypt: (peer, plaintext) =>
      withLock(
        peer,
        async () =>
          await observed(deps, { span: "encrypt", run: async () => await encrypt(deps, { peer, plaintext }) }),
      ),
    decrypt: (peer, message) =>
      withLock(
        peer,
        async () => await observed(deps, { span: "decrypt", run: async () => await decrypt(deps, { peer, message }) }),
      ),
    reset: (peer) =>
      withLock(peer, async () => {
        const record = await loadRecord(deps, peer);
        await store.commit(changeOf(deps, { peer, record: archiveCurrent(record) }));
      }),
    resetIfCurrent: async (peer, request) =>
      await withLock(peer, async () => {
        const record = await loadRecord(deps, peer);
        if (!concernsCurrentSession(record, request)) return false;
        await store.commit(changeOf(deps, { peer, record: archiveCurrent(record) }));
        return true;
      }),
    acceptIdentity: (peer, identityKey) =>
      withLock(peer, async () => await store.commit({ peer, record: undefined, identity: identityKey })),
  };
}

async function start(
  deps: SessionCipherDeps,
  { peer, bundle }: { readonly peer: string; readonly bundle: PrekeyBundle },
): Promise<StartOutcome> {
  const { store, local, now } = deps;
  const { identityKey } = bundle;
  if (!(await isAccepted(store, { peer, identityKey }))) return { kind: "identity-changed", identityKey };
  const state = initiateSession(deps, { local, bundle, nowMs: now() });
  const record = withNewSession(await loadRecord(deps, peer), state);
  await store.commit(changeOf(deps, { peer, record, identity: identityKey }));
  return { kind: "started" };
}

async function encrypt(
  deps: SessionCipherDeps,
  { peer, plaintext }: { readonly peer: string; readonly plaintext: Plaintext },
): Promise<EncryptOutcome> {
  const record = await loadRecord(deps, peer);
  const named = deps.addressesOf?.(peer);
  const addresses = named === undefined ? undefined : concatBytes(named.local, named.peer);
  const content = plaintext.exposePlainBytes();
  const step = encryptWithRecord(deps, { record, plaintext: content, addresses, nowMs: deps.now() });
  if (step.kind === "no-session") return step;
  const uncommitted = new Uncommitted(step.message, changeOf(deps, { peer, record: step.record }));
  return { kind: "encrypted", message: await uncommitted.commit(deps.store) };
}

async function decrypt(
  deps: CipherContext,
  { peer, message }: { readonly peer: string; readonly message: SessionMessage },
): Promise<DecryptOutcome> {
  const record = await loadRecord(deps, peer);
  const named = deps.addressesOf?.(peer);
  const addresses = named === undefined ? undefined : concatBytes(named.peer, named.local);
  if (message.kind === "ratchet") {
    const step = decryptWithRecord(deps, { record, message: decodeRatchetMessage(message.bytes), addresses });
    return await commitOpened(deps, { step, change: { peer }, startedSession: false });
  }
  return await decryptPrekey(deps, { peer, record, message: decodePrekeyMessage(message.bytes), addresses });
}

interface PrekeyArrival {
  readonly peer: string;
  readonly record: SessionRecord;
  readonly message: DecodedPrekeyMessage;
  readonly addresses: Bytes | undefined;
}

async function decryptPrekey(deps: CipherContext, arrival: PrekeyArrival): Promise<DecryptOutcome> {
  const { peer, record, message, addresses } = arrival;
  const { identityKey, baseKey } = message;
  if (!(await isAccepted(deps.store, { peer, identityKey }))) return { kind: "identity-changed", identityKey };
  if (findByBaseKey(record, baseKey) === undefined) {
    return await deps.withPrekeys("prekeys", async () => await respond(deps, arrival));
  }
  const step = decryptPrekeyWithRecord(deps, { record, message, local: deps.local, prekeys: undefined, addresses });
  return await commitOpened(deps, { step, change: { peer }, startedSession: false });
}

async function respond(
  deps: CipherContext,
  { peer, record, message, addresses }: PrekeyArrival,
): Promise<DecryptOutcome> {
  const { identityKey, oneTimePrekeyId, kemPrekeyId, signedPrekeyId, baseKey } = message;
  const kemUse: KemUse = { kemPrekeyId, signedPrekeyId, baseKey };
  if (await deps.store.wasKemUsed(kemUse)) return { kind: "duplicate" };
  const prekeys = await loadPrekeys(deps, message);
  if (prekeys === undefined) return { kind: "stale-prekey" };
  const step = decryptPrekeyWithRecord(deps, { record, message, local: deps.local, prekeys, addresses });
  const change = { peer, usedOneTimePrekeyId: oneTimePrekeyId, kemUse, identity: identityKey };
  return await commitOpened(deps, { step, change, startedSession: true });
}

async function commitOpened(
  deps: SessionCipherDeps,
  {
    step,
    change,
    startedSession,
  }: {
    readonly step: RecordDecryptStep;
    readonly change: Omit<SessionChange, "record">;
    readonly startedSession: boolean;
  },
): Promise<DecryptOutcome> {
  if (step.kind !== "opened") return step;
  const plaintext = Plaintext.own(step.plaintext);
  const uncommitted = new Uncommitted(plaintext, changeOf(deps, { ...change, record: step.record }));
  return { kind: "opened", plaintext: await uncommitted.commit(deps.store), startedSession };
}

async function loadPrekeys(
  deps: SessionCipherDeps,
  { signedPrekeyId, oneTimePrekeyId, kemPrekeyId }: DecodedPrekeyMessage,
): Promise<ResponderPrekeys | undefined> {
  const { primitives } = deps;
  const signed = await loadPrekey(deps, { kind: "signed", id: signedPrekeyId });
  const kem = await loadPrekey(deps, { kind: "kem", id: kemPrekeyId });
  const oneTime =
    oneTimePrekeyId === undefined ? undefined : await loadPrekey(deps, { kind: "one-time", id: oneTimePrekeyId });
  if (signed === undefined || kem === undefined) return undefined;
  if (oneTimePrekeyId !== undefined && oneTime === undefined) return undefined;
  return {
    signedPrekey: primitives.deriveAgreementKeyPair(signed.exposePlainBytes()),
    oneTimePrekey: oneTime === undefined ? undefined : primitives.deriveAgreementKeyPair(oneTime.exposePlainBytes()),
    kemPrekey: SecretKey.copyOf("kyber", kem.exposePlainBytes()),
  };
}

async function loadPrekey(
  deps: SessionCipherDeps,
  place: { readonly kind: "signed" | "one-time" | "kem"; readonly id: number },
): Promise<Plaintext | undefined> {
  const sealed = await deps.store.loadPrekey(place);
  return sealed === undefined ? undefined : openPrekey(deps, { place, sealed, storeKey: deps.storeKey });
}

async function isAccepted(
  store: SessionStore,
  { peer, identityKey }: { readonly peer: string; readonly identityKey: Bytes },
): Promise<boolean> {
  const accepted = await store.loadIdentity(peer);
  return accepted === undefined || equalBytes(accepted, identityKey);
}

async function loadRecord({ primitives, store, storeKey }: SessionCipherDeps, peer: string): Promise<SessionRecord> {
  const sealed = await store.loadRecord(peer);
  return sealed === undefined ? emptyRecord : openRecord({ primitives }, { sealed, storeKey, peer });
}

function changeOf(
  deps: SessionCipherDeps,
  { record, ...change }: Omit<SessionChange, "record"> & { readonly record: SessionRecord },
): SessionChange {
  return { ...change, record: sealRecord(deps, { record, storeKey: deps.storeKey, peer: change.peer }) };
}
