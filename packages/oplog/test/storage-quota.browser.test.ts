/** I3 in a browser: quotas that are used up. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { look, writeUntilFull } from "./browser-kills.ts";

const { origin } = location;

// What others left behind would be counted, until the browser clears it away in the middle of a test.
beforeEach(
  async () => await cdp().send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb,file_systems" }),
);
afterEach(async () => await cdp().send("Storage.overrideQuotaForOrigin", { origin }));

describe.each(["opfs", "indexed-db"] as const)("a log in %s", (kind) => {
  it("keeps what it acknowledged when the quota is used up, and goes on when there is room", async () => {
    const log = crypto.randomUUID();
    await setQuota(2_000_000);
    const first = await writeUntilFull(log, kind);
    expect(first.last).toBe("full");
    expect(await look(log, kind)).toMatchObject({ length: first.length, state: first.state, wrong: 0 });
    await setQuota(8_000_000);
    const second = await writeUntilFull(log, kind);
    expect(second).toMatchObject({ last: "full", lost: 0, wrong: 0 });
    expect(second.length).toBeGreaterThan(first.length);
  });
});

async function setQuota(quotaSize: number): Promise<void> {
  await cdp().send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
}
