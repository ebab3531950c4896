// A coalition whose organisations have key logs: alpha leads, beta runs pages; each has rotated once and revoked a key. No browser.
import { evaluateKeyLog, type KeyLog } from "@coterie/key-log";
import type { AgreementKeyPair } from "@coterie/primitives";
import { parseKeyId } from "@coterie/sealed-box/seal";
import {
  makeOrganisation,
  makePage,
  type TestOrganisation,
  type TestPage,
} from "../../../gateway/test/support/coalition.ts";
import { startTestGateway, type TestGateway } from "../../../gateway/test/support/gateway.ts";
import { type Authority, dayMs, provenKey, publish, startLog } from "../../../gateway/test/support/key-authority.ts";
import type { LoggedReceiver } from "./lies.ts";
import { type Middle, startMiddle } from "./middle.ts";

export interface LoggedWorld {
  readonly gateway: TestGateway;
  readonly middle: Middle;
  readonly alpha: TestOrganisation;
  /** In the order of the pages' receivers: beta, alpha. */
  readonly receivers: readonly LoggedReceiver[];
  readonly strangerLogId: string;
  readonly activeKeyId: (log: KeyLog) => string;
  /** Gives alpha a new key; the one before is in grace. */
  readonly rotateAlpha: () => Promise<void>;
  /** Alpha's active key pair. */
  readonly alphaKeys: () => AgreementKeyPair;
  /** A fresh page of the coalition's campaign. */
  readonly page: (options?: Parameters<typeof makePage>[1]) => Promise<TestPage>;
  readonly close: () => Promise<void>;
}

interface Rotated extends LoggedReceiver {
  readonly authority: Authority;
  keys: AgreementKeyPair;
}

export async function createLoggedWorld(options: { readonly widgetFolder?: string } = {}): Promise<LoggedWorld> {
  const middle = await startMiddle();
  const gateway = await startTestGateway({ ...options, origin: middle.origin });
  middle.target = gateway.port;
  const alpha = await makeOrganisation(gateway, { stem: "alpha" });
  const beta = await makeOrganisation(gateway, { stem: "beta" });
  const stranger = await startLog(await makeOrganisation(gateway), { nowMs: Date.now() });
  const [ofAlpha, ofBeta] = [await makeRotated(alpha), await makeRotated(beta)];
  return {
    gateway,
    middle,
    alpha,
    receivers: [ofBeta, ofAlpha],
    strangerLogId: stranger.log.logId,
    activeKeyId: (log) => evaluateKeyLog(log, Date.now()).active?.keyId ?? "none",
    rotateAlpha: async () => {
      ofAlpha.keys = await rotate(ofAlpha.authority);
    },
    alphaKeys: () => ofAlpha.keys,
    page: async (given) => await makePage({ lead: alpha, runner: beta }, given),
    close: async () => {
      await middle.close();
      await gateway.close();
    },
  };
}

/** A log with three keys: revoked, in grace, active. */
async function makeRotated(owner: TestOrganisation): Promise<Rotated> {
  const authority = await startLog(owner, { nowMs: Date.now() });
  const graced = await rotate(authority);
  const revoke = { kind: "revoke", keyId: parseKeyId(owner.keyId), sinceMs: Date.now() } as const;
  await publish(authority, { update: revoke, nowMs: Date.now() });
  const keys = await rotate(authority);
  return { authority, log: authority.log, keys, otherKeys: [owner.keys.publicKey, graced.publicKey] };
}

async function rotate(authority: Authority): Promise<AgreementKeyPair> {
  const { keys, proof } = await provenKey(authority.owner);
  const nowMs = Date.now();
  const { publicKey } = keys;
  const update = { kind: "activate", publicKey, validFromMs: nowMs, validUntilMs: nowMs + 100 * dayMs } as const;
  await publish(authority, { update, nowMs, proof });
  return keys;
}
