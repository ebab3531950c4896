/** `coterie webhooks keys`: what a receiver verifies with, checked against the gateway's pinned key. */
import { encodeFields } from "@coterie/bytes";
import { encodeWebhookPublicKey } from "@coterie/webhook";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { GatewayMisbehavedError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

/** Shows the keys that deliveries are signed with. */
export const webhookKeysCommand: Command = {
  name: "webhooks keys",
  summary: "show the keys that the gateway signs deliveries with",
  help: [
    "Each key is signed by the gateway's key that was pinned at first contact, and checked here. Give them to your receiver. While a new key replaces an old one, deliveries carry both signatures for two weeks.",
  ],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const { keys } = await withOrganisationGateway(
      deps,
      { args, folder },
      async ({ webhooks }) => await webhooks.getWebhookKeys({}),
    );
    for (const { public: publicKey, signature, ...times } of keys) {
      const [createdAtMs, endsAtMs] = [Number(times.createdAtMs), Number(times.endsAtMs)];
      const fields = encodeFields("coterie/webhook-key/1", publicKey, createdAtMs, endsAtMs);
      if (!deps.primitives.verify(folder.profile.gatewaySigningKey, fields, signature)) {
        throw new GatewayMisbehavedError("the gateway shows a webhook key that its pinned signing key did not sign");
      }
      const key = encodeWebhookPublicKey(publicKey);
      const until = endsAtMs === 0 ? "" : `  until ${new Date(endsAtMs).toISOString()}`;
      deps.terminal.result(`${key}  since ${new Date(createdAtMs).toISOString()}${until}`);
      deps.terminal.json({ key, createdAtMs, endsAtMs });
    }
    return exitCodes.ok;
  },
};
