/** A page as anybody may read it, with what a browser needs to make a mail box. */
import { create } from "@bufbuild/protobuf";
import { type ActionPage, ActionPageSchema, MailKeySchema } from "@coterie/protocol";
import type { GatewayDeps } from "../deps.ts";
import { unexpectedError } from "../log/log.ts";
import { toPageMessage } from "../pages/page-message.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import type { MailKeys } from "./mail-keys.ts";

/** The wire form of a page; with the mail key only where the browser seals and a mail may follow. */
export async function withMailKey(
  deps: Pick<GatewayDeps, "secrets" | "log"> & { readonly mailKeys: MailKeys },
  page: PageTruth,
): Promise<ActionPage> {
  const message = create(ActionPageSchema, toPageMessage(deps, page));
  if (page.view.sealing !== "browser" || page.view.mail === undefined) return message;
  try {
    const { keyId, publicKey } = await deps.mailKeys.current();
    message.mailKey = create(MailKeySchema, { id: keyId, public: publicKey });
  } catch (error) {
    // A form without mails is better than none.
    deps.log(unexpectedError(error));
  }
  return message;
}
