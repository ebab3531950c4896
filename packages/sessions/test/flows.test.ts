import { Plaintext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { decodeResendRequest, encryptOrStart, resend, resendRequestFor, type SessionMessage } from "../src/index.ts";
import { type CipherDevice, createCipherDevice } from "./cipher-scene.ts";

const [alicePeer, bobPeer] = ["alice.1", "bob.1"];

function createPair(): { readonly alice: CipherDevice; readonly bob: CipherDevice } {
  return { alice: createCipherDevice({ seed: 1 }), bob: createCipherDevice({ seed: 2 }) };
}

async function sendTo(bob: CipherDevice, alice: CipherDevice, text: string) {
  return await encryptOrStart(alice.cipher, {
    peer: bobPeer,
    plaintext: Plaintext.fromText(text),
    fetchBundle: async () => bob.publish(),
  });
}

function messageOf(outcome: { readonly kind: string; readonly message?: SessionMessage }): SessionMessage {
  if (outcome.message === undefined) throw new Error(outcome.kind);
  return outcome.message;
}

async function openedBy(device: CipherDevice, message: SessionMessage): Promise<string> {
  const outcome = await device.cipher.decrypt(alicePeer, message);
  return outcome.kind === "opened" ? outcome.plaintext.exposeText() : outcome.kind;
}

describe("sending", () => {
  it("starts a session where there is none, and only there", async () => {
    const { alice, bob } = createPair();
    const first = await sendTo(bob, alice, "first");
    expect(first).toMatchObject({ kind: "encrypted", startedSession: true });
    expect(await sendTo(bob, alice, "second")).toMatchObject({ kind: "encrypted", startedSession: false });
    expect(await openedBy(bob, messageOf(first))).toBe("first");
  });

  it("says that a device is gone, or has another identity key, and encrypts nothing", async () => {
    const { alice, bob } = createPair();
    const plaintext = Plaintext.fromText("for bob");
    const gone = { peer: bobPeer, plaintext, fetchBundle: async () => undefined };
    expect(await encryptOrStart(alice.cipher, gone)).toEqual({ kind: "no-bundle" });
    await sendTo(bob, alice, "hello");
    await alice.cipher.reset(bobPeer);
    const mallory = createCipherDevice({ seed: 3 });
    const outcome = await sendTo(mallory, alice, "for bob");
    expect(outcome).toEqual({ kind: "identity-changed", identityKey: mallory.local.identity.publicKey });
  });
});

describe("asking again", () => {
  it("brings a message that was lost with its session, in a new one", async () => {
    const { alice, bob } = createPair();
    await openedBy(bob, messageOf(await sendTo(bob, alice, "before")));
    // Bob answers, so that alice's next message carries no prekeys; then he loses his sessions.
    const answer = await bob.cipher.encrypt(alicePeer, Plaintext.fromText("answer"));
    if (answer.kind !== "encrypted") throw new Error(answer.kind);
    await alice.cipher.decrypt(bobPeer, answer.message);
    await bob.store.commit({ peer: alicePeer, record: undefined });
    const lost = messageOf(await sendTo(bob, alice, "lost"));
    const outcome = await bob.cipher.decrypt(alicePeer, lost);
    const bytes = resendRequestFor(outcome, { message: lost, sentAtMs: 1_700_000_000_000, deviceId: 1 });
    const request = decodeResendRequest(bytes ?? new Uint8Array(0));
    expect(request).toMatchObject({ sentAtMs: 1_700_000_000_000, deviceId: 1 });
    const input = { peer: bobPeer, plaintext: Plaintext.fromText("lost"), fetchBundle: async () => bob.publish() };
    const again = await resend(alice.cipher, { ...input, request });
    expect(again).toMatchObject({ kind: "encrypted", startedSession: true });
    expect(await openedBy(bob, messageOf(again))).toBe("lost");
  });

  it("does not cost a good session when a request is repeated, or about an older one", async () => {
    const { alice, bob } = createPair();
    const old = messageOf(await sendTo(bob, alice, "old"));
    const bytes = resendRequestFor({ kind: "no-session" }, { message: old, sentAtMs: 1, deviceId: 1 });
    const request = decodeResendRequest(bytes ?? new Uint8Array(0));
    const input = { peer: bobPeer, plaintext: Plaintext.fromText("again"), fetchBundle: async () => bob.publish() };
    expect(await resend(alice.cipher, { ...input, request })).toMatchObject({ startedSession: true });
    expect(await resend(alice.cipher, { ...input, request })).toMatchObject({ startedSession: false });
  });

  it("is not done for what was opened, repeated, changed, or waits for a person", async () => {
    const { alice, bob } = createPair();
    const message = messageOf(await sendTo(bob, alice, "text"));
    const failed = { message, sentAtMs: 1, deviceId: 1 };
    for (const kind of ["duplicate", "tampered"] as const) expect(resendRequestFor({ kind }, failed)).toBeUndefined();
    const identityKey = bob.local.identity.publicKey;
    expect(resendRequestFor({ kind: "identity-changed", identityKey }, failed)).toBeUndefined();
    expect(resendRequestFor({ kind: "out-of-sync", reason: "key-gone" }, failed)).toBeInstanceOf(Uint8Array);
    expect(resendRequestFor({ kind: "stale-prekey" }, failed)).toBeInstanceOf(Uint8Array);
  });
});
