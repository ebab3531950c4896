// Submissions as bytes on the wire: from any network, with or without work, whatever a client would refuse to send.
import { create, toJsonString } from "@bufbuild/protobuf";
import { parseWorkChallenge, searchWork } from "@coterie/actions/work";
import { decodeBase64Url } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { type SubmitRequest, SubmitRequestSchema, type Work, WorkSchema } from "@coterie/protocol";

export interface Submitted {
  /** "accepted", or the wire's code. */
  readonly code: string;
  /** In base64url, "" where none came. */
  readonly challenge: string;
  readonly counter: number;
}

export interface SubmitOptions {
  readonly from?: string;
  readonly token?: string;
  readonly work?: Work | undefined;
}

export async function submit(
  { address }: { readonly address: string },
  request: SubmitRequest,
  { from, token, work }: SubmitOptions = {},
): Promise<Submitted> {
  const body = toJsonString(SubmitRequestSchema, work === undefined ? request : { ...request, work });
  const response = await fetch(`${address}/coterie.actions.v1.ActionService/Submit`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(from === undefined ? {} : { "x-forwarded-for": from }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body,
  });
  const answer = await response.text();
  const challenge = response.headers.get("coterie-challenge") ?? "";
  if (response.status === 200) return { code: "accepted", challenge, counter: Number(JSON.parse(answer).counter ?? 0) };
  return { code: response.headers.get("coterie-error") ?? `status ${response.status}`, challenge, counter: 0 };
}

/** The solution of a challenge that a refusal brought. */
export function solve(challenge: string): Work {
  const bytes = decodeBase64Url(challenge);
  const parsed = parseWorkChallenge(bytes);
  if (parsed === undefined) throw new Error("no challenge");
  const solution = searchWork(nodePrimitives, parsed).run(Number.MAX_SAFE_INTEGER);
  if (solution === undefined) throw new Error("no solution");
  return create(WorkSchema, { challenge: bytes, solution });
}

/** What a challenge asks for, of all parts together. */
export function hashesOf(challenge: string): number {
  return (parseWorkChallenge(decodeBase64Url(challenge))?.hashesPerPart ?? 0) * 16;
}
