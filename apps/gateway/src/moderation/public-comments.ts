/** The approved comments of a page's campaign, for anybody (docs/protocol/abuse.md §6). */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListPublicCommentsRequest, ListPublicCommentsResponseSchema } from "@coterie/protocol";
import type { Bytes } from "@coterie/bytes";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { gatewayLimits } from "../limits.ts";
import { listApproved } from "./comments.ts";
import { dayOf, toPublicText } from "./public-text.ts";

const usualSize = 20;
const newest = 2 ** 31 - 1;

/** One page of them. Throws RefusedError "invalid". */
export async function listPublicComments(
  deps: Pick<GatewayDeps, "db">,
  { campaignId, request }: { readonly campaignId: Bytes; readonly request: ListPublicCommentsRequest },
): Promise<MessageInitShape<typeof ListPublicCommentsResponseSchema>> {
  const { pageSize, pageToken } = request;
  if (pageSize < 0 || pageSize > gatewayLimits.publicComments) throw new RefusedError("invalid");
  if (!/^\d{0,10}$/.test(pageToken)) throw new RefusedError("invalid");
  const size = pageSize === 0 ? usualSize : pageSize;
  const before = pageToken === "" ? newest : Math.min(newest, Number(pageToken));
  const rows = await listApproved(deps, { campaignId, before, size: size + 1 });
  const shown = rows.slice(0, size);
  return {
    comments: shown.map(({ text, created_at_ms }) => ({
      text: toPublicText(text),
      writtenOnMs: BigInt(dayOf(created_at_ms)),
    })),
    nextPageToken: rows.length > size ? String(shown.at(-1)?.number ?? "") : "",
  };
}
