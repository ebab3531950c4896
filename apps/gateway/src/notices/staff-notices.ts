/** Notices to staff at work: the letters, and what is looked after in the background. */
import { createVault, type Vault } from "@coterie/vault";
import { recordCounted } from "../audit/record-hourly.ts";
import { type Loop, startLoop } from "../background/loop.ts";
import type { GatewayDeps } from "../deps.ts";
import type { SendLetters } from "../mails/letters.ts";
import { createNoticeLetters } from "./notice-mails.ts";
import { watchKeys } from "./watch-keys.ts";

/** Notices of one gateway. */
export interface StaffNotices {
  readonly noticeVault: Vault;
  readonly letters: SendLetters;
  /** Does the upkeep now. */
  readonly keepUpNow: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const upkeepEveryMs = 30_000;

/** Starts the upkeep; the letters are sent by the loop of mails. */
export function startStaffNotices(deps: GatewayDeps & { readonly origin: () => string }): StaffNotices {
  const { noticeAddresses } = deps.secrets;
  const noticeVault = createVault(deps, { current: noticeAddresses, reading: [] });
  const upkeep: Loop = startLoop(deps, { work: async () => await keepUpNotices(deps), pauseMs: upkeepEveryMs });
  return {
    noticeVault,
    letters: createNoticeLetters({ ...deps, noticeVault }),
    keepUpNow: upkeep.runNow,
    close: async () => {
      await upkeep.stop();
      noticeVault.destroy();
    },
  };
}

/** Records counts and changed keys, and deletes addresses that were never confirmed or could not be told of their removal. */
export async function keepUpNotices(deps: Pick<GatewayDeps, "pool" | "random" | "now">): Promise<void> {
  await recordCounted(deps);
  await watchKeys(deps);
  await deps.pool.query("DELETE FROM notice_addresses WHERE expires_at_ms <= $1 AND lease_until_ms <= $1", [
    deps.now(),
  ]);
}
