import { Plaintext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { openRecord } from "../src/index.ts";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { canary, createCipherDevice, establishedDevices } from "./cipher-scene.ts";

const failures = 20_000;

/** Welch's t of two samples, each without its slowest tenth: pauses of the machine are no signal. */
function tOf(left: readonly number[], right: readonly number[]): number {
  const cut = (values: readonly number[]) => values.toSorted((a, b) => a - b).slice(0, Math.floor(values.length * 0.9));
  const stats = [cut(left), cut(right)].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, error: variance / values.length };
  });
  const [a, b] = stats;
  return ((a?.mean ?? 0) - (b?.mean ?? 0)) / Math.sqrt((a?.error ?? 0) + (b?.error ?? 0));
}

describe("failures (A10)", () => {
  it("of decrypting are one outcome with nothing of the input, in the same time whatever byte was wrong", async () => {
    const { alice, bob } = await establishedDevices();
    const sent = await alice.cipher.encrypt("bob.1", Plaintext.fromText(canary.repeat(4)));
    if (sent.kind !== "encrypted") throw new Error(sent.kind);
    const { kind, bytes } = sent.message;
    const causes = { lastOfMac: bytes.length - 1, firstOfMac: bytes.length - 8, ciphertext: 60 } as const;
    const times: Record<string, number[]> = {};
    for (let i = 0; i < failures * 3; i++) {
      const cause = (["lastOfMac", "firstOfMac", "ciphertext"] as const)[(i * 7 + (i >> 3)) % 3] ?? "ciphertext";
      const changed = bytes.slice();
      changed[causes[cause]] = (changed[causes[cause]] ?? 0) ^ 1;
      const started = performance.now();
      const outcome = await bob.cipher.decrypt("alice.1", { kind, bytes: changed });
      (times[cause] ??= []).push(performance.now() - started);
      if (JSON.stringify(outcome) !== '{"kind":"tampered"}') expect(outcome).toEqual({ kind: "tampered" });
    }
    const { lastOfMac = [], firstOfMac = [], ciphertext = [] } = times;
    const figures = { mac: tOf(lastOfMac, firstOfMac), macOrCiphertext: tOf(firstOfMac, ciphertext) };
    process.stdout.write(`${JSON.stringify({ counts: [lastOfMac.length, ciphertext.length], ...figures })}\n`);
    expect(Math.abs(figures.mac)).toBeLessThan(4.5);
    expect(Math.abs(figures.macOrCiphertext)).toBeLessThan(4.5);
    expect(JSON.stringify(bob.spans)).not.toContain("canary");
  });

  it("of opening records are one code and one text", async () => {
    const { alice } = await establishedDevices();
    const sealed = await alice.store.loadRecord("bob.1");
    if (sealed === undefined) throw new Error("no record");
    const { storeKey: otherKey } = createCipherDevice({ seed: 9 });
    const seen = new Set<string>();
    for (let i = 0; i < failures; i++) {
      // cast: a ciphertext with a wrong byte, as a damaged disk gives it
      const changed = sealed.slice() as typeof sealed;
      changed[(i * 7919) % changed.length] = ((changed[(i * 7919) % changed.length] ?? 0) + 1) & 0xff;
      const inputs = [
        { sealed: changed, storeKey: alice.storeKey, peer: "bob.1" },
        { sealed, storeKey: otherKey, peer: "bob.1" },
        { sealed, storeKey: alice.storeKey, peer: canary },
      ];
      try {
        openRecord({ primitives }, inputs[i % 3] ?? { sealed: changed, storeKey: otherKey, peer: "" });
        seen.add("opened");
      } catch (error) {
        seen.add(String(error));
      }
    }
    expect([...seen]).toEqual([expect.stringContaining("sessions/unreadable-record")]);
    expect([...seen].join()).not.toContain("canary");
  });
});
