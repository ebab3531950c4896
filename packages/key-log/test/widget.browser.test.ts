/** The widget's primitives, in a browser, reach the same verdicts as libsodium does on premises. */
import { expect, it } from "vitest";
import { createSignatureVerifier, loadWidgetPrimitives } from "@coterie/primitives/widget";
import { type KeyLogDeps, parseLogId, verifyKeyLog } from "../src/index.ts";
import { golden, goldenEntries } from "./golden.ts";

const { sha256 } = await loadWidgetPrimitives();
const deps: KeyLogDeps = { sha256, verify: createSignatureVerifier() };
const pins = [parseLogId(golden.logId)];
const served = { organisation: golden.organisation, pins, nowMs: golden.startMs + 5, rememberedHead: undefined };

it("reads the golden log", async () => {
  expect((await verifyKeyLog(deps, { ...served, entries: goldenEntries.slice(0, 2) })).active?.publicKey).toBeDefined();
  const whole = await verifyKeyLog(deps, { ...served, entries: goldenEntries });
  expect(whole).toMatchObject({ active: undefined, revoked: [{ sinceMs: golden.startMs + 2 }] });
});

it("refuses every byte of it that is changed", async () => {
  for (const [index, entry] of goldenEntries.entries()) {
    for (let at = 0; at < entry.length; at++) {
      const changed = Uint8Array.from(entry);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const verified = verifyKeyLog(deps, { ...served, entries: goldenEntries.with(index, changed) });
      await expect(verified).rejects.toMatchObject({ code: expect.stringMatching(/^key-log\//) });
    }
  }
});
