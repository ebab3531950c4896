// What an organisation notices of a log that was changed after it had seen it, and what it does not take for a change.
import { type Bytes, CoterieError } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import {
  type AuditMemory,
  createAuditVerifier,
  decodeAuditHead,
  decodeAuditMemory,
  encodeAuditHead,
  encodeAuditMemory,
  type SeenLink,
  type SignedAuditHead,
} from "../src/index.ts";
import { alice, bob, headOf, linksFor, makeLog, signing } from "./maker.ts";

interface Check {
  readonly links: readonly SeenLink[];
  readonly head: SignedAuditHead;
  readonly remembered?: AuditMemory | undefined;
  readonly seenByOthers?: readonly SignedAuditHead[];
  readonly gatewaySigningKey?: Uint8Array;
  readonly organisationId?: Bytes;
}

function verify({ links, ...rest }: Check): AuditMemory {
  const verifier = createAuditVerifier(nodePrimitives, {
    remembered: undefined,
    seenByOthers: [],
    gatewaySigningKey: signing.publicKey,
    organisationId: alice,
    ...rest,
  });
  for (const link of links) verifier.add(link);
  return verifier.finish();
}

function codeOf(check: () => unknown): string {
  try {
    check();
    return "accepted";
  } catch (error) {
    if (error instanceof CoterieError) return error.code;
    throw error;
  }
}

const owners = [alice, bob, alice, bob, bob, alice, alice];
const log = makeLog(owners);
const links = linksFor(log);
const head = headOf(log);
const remembered = verify({ links: links.slice(0, 6), head: headOf(log, 6) });

describe("verifying an audit log", () => {
  it("accepts a log that went on, and remembers where it ends", () => {
    const memory = verify({ links, head, remembered });
    expect(memory).toMatchObject({ head: { size: 7 }, ownEvents: 4 });
    expect(codeOf(() => verify({ links, head, remembered: memory }))).toBe("accepted");
    expect(decodeAuditMemory(encodeAuditMemory(memory))).toEqual(memory);
  });

  it("accepts an empty log, and one that began after it was seen empty", () => {
    const empty = makeLog([]);
    const memory = verify({ links: [], head: headOf(empty) });
    expect(codeOf(() => verify({ links, head, remembered: memory }))).toBe("accepted");
  });

  it("finds an edited event of the organisation", () => {
    const edited = links.map((link, index) =>
      index === 2 && link.event !== undefined ? { ...link, event: { ...link.event, event: "key-activated" } } : link,
    );
    expect(codeOf(() => verify({ links: edited, head }))).toBe("audit-log/event-changed");
  });

  it.each(["salt", "organisationSeq", "actor", "tokenId", "event", "subject", "amount", "atMs"])(
    "covers the %s of an event by its hash",
    (member) => {
      const [first, ...rest] = links;
      const other = { ...makeOther(), [member]: changed(member) };
      expect(codeOf(() => verify({ links: [{ ...first, eventHash: hashOf(), event: other }, ...rest], head }))).toBe(
        "audit-log/event-changed",
      );
    },
  );

  it("finds an event of the organisation that was edited together with the whole chain after it", () => {
    const edited = makeLog(owners, { change: (event) => (event.salt[0] === 3 ? { ...event, amount: 9 } : event) });
    const check = { links: linksFor(edited), head: headOf(edited) };
    expect(codeOf(() => verify({ ...check, remembered }))).toBe("audit-log/forked");
    // Who remembers nothing cannot tell.
    expect(codeOf(() => verify(check))).toBe("accepted");
  });

  it("finds an edited event of others, by the head alone", () => {
    const edited = makeLog(owners, { change: (event) => (event.salt[0] === 2 ? { ...event, amount: 9 } : event) });
    expect(codeOf(() => verify({ links: linksFor(edited), head: headOf(edited), remembered }))).toBe(
      "audit-log/forked",
    );
  });

  it("finds reordered, removed and repeated links", () => {
    const [first, second, ...rest] = links;
    if (first === undefined || second === undefined) throw new Error("too short");
    expect(codeOf(() => verify({ links: [second, first, ...rest], head }))).toBe("audit-log/broken-chain");
    expect(codeOf(() => verify({ links: [first, ...rest], head }))).toMatch(/broken-chain|forked/);
    expect(codeOf(() => verify({ links: [first, second, second, ...rest], head }))).toBe("audit-log/broken-chain");
    expect(codeOf(() => verify({ links: links.slice(0, -1), head }))).toBe("audit-log/broken-chain");
  });

  it("finds a log whose end was cut off", () => {
    const cut = { links: links.slice(0, 5), head: headOf(log, 5) };
    expect(codeOf(() => verify({ ...cut, remembered }))).toBe("audit-log/rolled-back");
  });

  it("finds a log that went on from an old copy, with the gateway's two signatures as evidence", () => {
    const forked = makeLog([...owners.slice(0, 4), alice, alice, bob, bob]);
    const check = (): AuditMemory => verify({ links: linksFor(forked), head: headOf(forked), remembered });
    expect(codeOf(check)).toBe("audit-log/forked");
    expect(check).toThrow(expect.objectContaining({ heads: [remembered.head, headOf(forked)] }));
  });

  it("finds another log in its place", () => {
    const other = makeLog(owners, { id: new Uint8Array(16).fill(0x11) });
    expect(codeOf(() => verify({ links: linksFor(other), head: headOf(other), remembered }))).toBe(
      "audit-log/other-log",
    );
  });

  it("finds an own event that is withheld: passed off as another organisation's, or left out of the numbers", () => {
    const hidden = links.map((link, index) => (index === 5 ? { ...link, event: undefined } : link));
    expect(codeOf(() => verify({ links: hidden, head, remembered }))).toBe("audit-log/event-missing");
    expect(codeOf(() => verify({ links: hidden, head }))).toBe("audit-log/event-missing");
    const skipping = makeLog([alice, alice], {
      change: (event) => (event.organisationSeq === 2 ? { ...event, organisationSeq: 3 } : event),
    });
    expect(codeOf(() => verify({ links: linksFor(skipping), head: headOf(skipping) }))).toBe("audit-log/event-missing");
  });

  it("finds the last own event withheld only by whoever saw it before", () => {
    const hidden = links.map((link, index) => (index === 6 ? { ...link, event: undefined } : link));
    expect(codeOf(() => verify({ links: hidden, head, remembered: verify({ links, head }) }))).toBe(
      "audit-log/event-missing",
    );
    expect(codeOf(() => verify({ links: hidden, head, remembered }))).toBe("accepted");
  });

  it("refuses another organisation's event", () => {
    expect(codeOf(() => verify({ links: linksFor(log, bob), head }))).toBe("audit-log/event-changed");
    expect(codeOf(() => verify({ links: linksFor(log, bob), head, organisationId: bob }))).toBe("accepted");
  });

  it("finds two histories that were shown to two organisations", () => {
    const toBob = makeLog([...owners.slice(0, 6), bob]);
    expect(codeOf(() => verify({ links, head, seenByOthers: [headOf(toBob)] }))).toBe("audit-log/forked");
    expect(codeOf(() => verify({ links, head, seenByOthers: [headOf(log, 3)] }))).toBe("accepted");
  });

  it("refuses a head that the gateway did not sign, or that was signed for another size", () => {
    const mallory = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(2));
    expect(codeOf(() => verify({ links, head, gatewaySigningKey: mallory.publicKey }))).toBe("audit-log/bad-signature");
    expect(codeOf(() => verify({ links: links.slice(0, 6), head: { ...head, size: 6 } }))).toBe(
      "audit-log/bad-signature",
    );
    expect(codeOf(() => verify({ links, head: { ...head, hash: new Uint8Array(31) } }))).toBe("audit-log/malformed");
  });
});

describe("what is stored", () => {
  it("is read back, and refused where a byte is missing, changed in length or added", () => {
    const encoded = encodeAuditHead(head);
    expect(decodeAuditHead(encoded)).toEqual(head);
    for (let length = 0; length < encoded.length; length++) {
      expect(codeOf(() => decodeAuditHead(encoded.subarray(0, length)))).toBe("audit-log/malformed");
    }
    expect(codeOf(() => decodeAuditHead(new Uint8Array([...encoded, 0])))).toBe("audit-log/malformed");
    expect(codeOf(() => decodeAuditHead(new Uint8Array(513)))).toBe("audit-log/malformed");
    const memory = encodeAuditMemory(remembered);
    expect(codeOf(() => decodeAuditMemory(memory.subarray(1)))).toBe("audit-log/malformed");
    expect(codeOf(() => decodeAuditMemory(new Uint8Array([...memory, 0])))).toBe("audit-log/malformed");
    expect(codeOf(() => decodeAuditMemory(encoded))).toBe("audit-log/malformed");
  });
});

function hashOf(): Uint8Array {
  return links[0]?.eventHash ?? new Uint8Array();
}

function makeOther(): NonNullable<SeenLink["event"]> {
  const event = links[0]?.event;
  if (event === undefined) throw new Error("the first event is alice's");
  return event;
}

function changed(member: string): unknown {
  if (member === "salt") return new Uint8Array(32);
  if (member === "tokenId") return new Uint8Array(0);
  return ["organisationSeq", "amount", "atMs"].includes(member) ? 5 : "other";
}
