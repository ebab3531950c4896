import { encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeWebhookPublicKey,
  parseWebhookKey,
  parseWebhookSigningKey,
  signWebhook,
  verifyWebhook,
  webhookLimits,
} from "../src/index.ts";
import { arrive, body, codeOf, id, pairOf, sentAtMs, signedBy } from "./fixtures.ts";

const alice = pairOf(1);
const mallory = pairOf(2);

describe("a signed webhook", () => {
  it("is the known answer of Standard Webhooks", () => {
    const key = parseWebhookSigningKey({ primitives }, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const input = {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      sentAtMs: 1_614_265_330_000,
      body: encodeUtf8('{"test": 2432232314}'),
      keys: [key],
    };
    expect(signWebhook({ primitives }, input)).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("is accepted by every backend, from plain headers and from the platform's", () => {
    const headers = signedBy(alice.signing);
    const input = { body, keys: [alice.key], toleranceS: 300, seen: { has: () => false } };
    for (const backend of [primitives, portablePrimitives]) {
      const deps = { primitives: backend, now: () => sentAtMs };
      expect(verifyWebhook(deps, { ...input, headers: { ...headers } })).toEqual({ kind: "new", id, sentAtMs });
      expect(verifyWebhook(deps, { ...input, headers: new Headers({ ...headers }) })).toMatchObject({ kind: "new" });
    }
  });

  it("is accepted by whoever trusts one of two keys, and by nobody who trusts neither", () => {
    const headers = signedBy(alice.signing, pairOf(3).signing);
    expect(arrive({ headers, keys: [alice.key] })).toBe("new");
    expect(arrive({ headers, keys: [mallory.key, pairOf(3).key] })).toBe("new");
    expect(codeOf(() => arrive({ headers, keys: [mallory.key] }))).toBe("webhook/not-authentic");
    expect(codeOf(() => arrive({ headers, keys: [] }))).toBe("webhook/not-authentic");
  });

  it("is refused where any bit of body, id, time or signature differs", () => {
    const headers = signedBy(alice.signing);
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("body", ...Object.keys(headers)), (at, part) => {
        const changed: Record<string, string> = { ...headers };
        let bytes = body;
        if (part === "body") bytes = body.map((byte, i) => (i === at % body.length ? byte ^ (1 << (at % 8)) : byte));
        else changed[part] = flip(changed[part] ?? "", at);
        const code = codeOf(() => arrive({ headers: changed, keys: [alice.key], body: bytes }));
        expect(code).toMatch(/^webhook\/(not-authentic|malformed-header|missing-header)$/);
      }),
    );
  });

  it("does not join two different deliveries to one", () => {
    const headers = signedBy(alice.signing);
    const moved = { ...headers, "webhook-id": `${id}.${headers["webhook-timestamp"]}`, "webhook-timestamp": "" };
    expect(codeOf(() => arrive({ headers: moved, keys: [alice.key] }))).toBe("webhook/missing-header");
    for (const bad of [`${id}.1`, "a b", "", "x".repeat(65)]) {
      expect(codeOf(() => signWebhook({ primitives }, { id: bad, sentAtMs, body, keys: [] })["webhook-id"])).toBe(
        "webhook/malformed-header",
      );
    }
  });

  it("lets a public key never be used as a shared secret", () => {
    const [publicText] = [encodeWebhookPublicKey(alice.key.kind === "ed25519" ? alice.key.publicKey : body)];
    const asSecret = parseWebhookSigningKey({ primitives }, publicText.replace("whpk_", "whsec_"));
    const forged = signedBy(asSecret);
    expect(codeOf(() => arrive({ headers: forged, keys: [alice.key] }))).toBe("webhook/not-authentic");
    const renamed = { ...forged, "webhook-signature": forged["webhook-signature"].replace("v1,", "v1a,") };
    expect(codeOf(() => arrive({ headers: renamed, keys: [alice.key] }))).toBe("webhook/not-authentic");
  });

  it("has a window to the second, in both directions", () => {
    const headers = signedBy(alice.signing);
    const at = (nowMs: number): string => codeOf(() => arrive({ headers, keys: [alice.key], nowMs }));
    for (const direction of [-1, 1]) {
      expect(at(sentAtMs + direction * 299_999)).toBe("new");
      expect(at(sentAtMs + direction * 300_000)).toBe("new");
      expect(at(sentAtMs + direction * 300_001)).toBe("webhook/outside-window");
    }
    expect(at(Number.NaN)).toBe("webhook/outside-window");
  });

  it("has its three headers once", () => {
    const headers = signedBy(alice.signing);
    for (const name of Object.keys(headers)) {
      expect(codeOf(() => arrive({ headers: { ...headers, [name]: undefined }, keys: [alice.key] }))).toBe(
        "webhook/missing-header",
      );
      expect(codeOf(() => arrive({ headers: { ...headers, [name]: ["1", "2"] }, keys: [alice.key] }))).toBe(
        "webhook/malformed-header",
      );
    }
    const bare = Object.create({ ...headers });
    expect(codeOf(() => arrive({ headers: bare, keys: [alice.key] }))).toBe("webhook/missing-header");
  });

  it("may carry signatures of versions that are not known, within bounds", () => {
    const own = signedBy(alice.signing)["webhook-signature"];
    const with_ = (entries: readonly string[]): string =>
      codeOf(() =>
        arrive({ headers: { ...signedBy(alice.signing), "webhook-signature": entries.join(" ") }, keys: [alice.key] }),
      );
    expect(with_(["v9,whatever", own])).toBe("new");
    expect(with_([...Array.from({ length: 7 }, () => "v9,x"), own])).toBe("new");
    expect(with_([...Array.from({ length: 8 }, () => "v9,x"), own])).toBe("webhook/not-authentic");
    expect(with_(["nothing"])).toBe("webhook/malformed-header");
    expect(with_([own, "x".repeat(webhookLimits.signatureHeaderCharacters)])).toBe("webhook/malformed-header");
  });

  it("is refused above the limit of a body, before anything is computed", () => {
    const headers = signedBy(alice.signing);
    const large = new Uint8Array(webhookLimits.bodyBytes + 1);
    expect(codeOf(() => arrive({ headers, keys: [alice.key], body: large }))).toBe("webhook/too-large");
    expect(codeOf(() => arrive({ headers, keys: [alice.key], body: large.subarray(1) }))).toBe("webhook/not-authentic");
    expect(codeOf(() => arrive({ headers, keys: [alice.key], body: large.subarray(2) }))).toBe("webhook/not-authentic");
  });
});

describe("keys of webhooks", () => {
  it("come back from their text form", () => {
    const { key } = alice;
    if (key.kind !== "ed25519") throw new Error("unreachable");
    expect(parseWebhookKey(` ${encodeWebhookPublicKey(key.publicKey)}\n`)).toEqual(key);
  });

  it("are refused where they are none, or verify what nobody signed", () => {
    const bad = [
      "",
      "whpk_",
      "whpk_AAAA",
      // Low order: would accept signatures that anybody can make.
      encodeWebhookPublicKey(new Uint8Array(32)),
      encodeWebhookPublicKey(Uint8Array.of(1, ...new Uint8Array(31))),
      "whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "whsec_AAAA",
      `whsec_${"A".repeat(88)}`,
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*",
    ];
    for (const text of bad) {
      expect(codeOf(() => parseWebhookKey(text).kind)).toBe("webhook/malformed-key");
    }
    expect(codeOf(() => parseWebhookSigningKey({ primitives }, "whpk_AAAA").kind)).toBe("webhook/malformed-key");
  });

  it("take secrets of 24 to 64 bytes", () => {
    const secret = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;
    for (const bytes of [24, 25, 63, 64]) expect(parseWebhookKey(secret(bytes)).kind).toBe("hmac-sha256");
    for (const bytes of [23, 65]) {
      expect(codeOf(() => parseWebhookKey(secret(bytes)).kind)).toBe("webhook/malformed-key");
    }
  });
});

function flip(text: string, at: number): string {
  const index = at % text.length;
  return text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1);
}
