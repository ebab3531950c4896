/**
 * Challenges of proof of work (docs/protocol/abuse.md §2). Nothing is remembered: a challenge is bound to its page and its action
 * by a MAC, and the action's id is taken once, in the database that all gateways share. So one solution is good for one action.
 */
import { checkWork, encodeWorkChallenge, parseWorkChallenge, workLimits } from "@coterie/actions/work";
import { type Bytes, encodeBase64Url, equalBytes, FieldWriter } from "@coterie/bytes";
import type { Work } from "@coterie/protocol";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";

/** What a challenge and its solution are for. */
export interface WorkPlace {
  readonly pageId: Bytes;
  readonly actionId: Bytes;
}

/** Whether a submission brought what was asked. */
export type WorkVerdict = "solved" | "absent" | "expired" | "wrong";

type ChallengeDeps = Pick<GatewayDeps, "primitives" | "now" | "secrets">;

/** A fresh challenge in base64url, of so many hashes on average. */
export function issueChallenge(
  deps: ChallengeDeps,
  { place, hashes }: { readonly place: WorkPlace; readonly hashes: number },
): string {
  const hashesPerPart = Math.ceil(hashes / workLimits.parts);
  const expiresAtMs = Math.floor(deps.now()) + gatewayLimits.workChallengeLifeMs;
  const tag = tagOf(deps, { place, hashesPerPart, expiresAtMs });
  return encodeBase64Url(encodeWorkChallenge({ hashesPerPart, expiresAtMs, tag }));
}

/** Judges a solution. The tag is looked at first, so that nobody makes the gateway hash for a challenge that it never set. */
export function judgeWork(
  deps: ChallengeDeps,
  { place, work }: { readonly place: WorkPlace; readonly work: Work | undefined },
): WorkVerdict {
  if (work === undefined) return "absent";
  const challenge = parseWorkChallenge(work.challenge);
  if (challenge === undefined) return "wrong";
  if (!equalBytes(challenge.tag, tagOf(deps, { place, ...challenge }))) return "wrong";
  const leftMs = challenge.expiresAtMs - deps.now();
  // Of this gateway and others on one database; further ahead, a clock was set back.
  const longestMs = gatewayLimits.workChallengeLifeMs + gatewayLimits.gatewayClockSkewMs;
  if (leftMs <= 0 || leftMs > longestMs) return "expired";
  return checkWork(deps.primitives, { challenge, solution: work.solution }) ? "solved" : "wrong";
}

interface TaggedFields {
  readonly place: WorkPlace;
  readonly hashesPerPart: number;
  readonly expiresAtMs: number;
}

function tagOf({ primitives, secrets }: ChallengeDeps, { place, hashesPerPart, expiresAtMs }: TaggedFields): Bytes {
  const message = new FieldWriter()
    .text("coterie/work-challenge/1")
    .bytes(place.pageId)
    .bytes(place.actionId)
    .number(hashesPerPart)
    .number(expiresAtMs)
    .finish();
  return primitives.hmacSha256(secrets.abuse.exposeSecretBytes(), message);
}
