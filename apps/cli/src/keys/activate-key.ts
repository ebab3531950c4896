/** `coterie keys activate`: the gateway seals to a key only after somebody showed that it opens. */
import { equalBytes, type Plaintext } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { KeyState, type OrganisationKey } from "@coterie/protocol";
import { openEnvelope } from "@coterie/sealed-box/open";
import { deriveKeyId, type KeyId, keyIdBytes } from "@coterie/sealed-box/seal";
import type { Gateway } from "../gateway/gateway-client.ts";
import { organisationIdBytes, withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { GatewayMisbehavedError, GatewayRefusedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { getKeyFile, unlockKey } from "./key-files.ts";
import { getPassphrase } from "./passphrases.ts";
import { describeState } from "./show-keys.ts";

/** Imports and activates a key. */
export const activateKeyCommand: Command = {
  name: "keys activate",
  summary: "make the gateway seal to a key",
  help: [
    "Sends the public half of the key to the gateway, opens the challenge that the gateway seals to it, and so shows that the key opens. From then on new contacts are sealed to this key; contacts sealed to earlier keys still need their key files.",
  ],
  options: {
    key: { type: "string", short: "k", value: "KEY", help: "name or id, where there are several" },
    label: { type: "string", value: "TEXT", help: "what the gateway shows for it (default: the key's name)" },
    ...passphraseOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const key = await getKeyFile(folder.path, args.find("key"));
    const passphrase = await getPassphrase(deps, { args, folder: folder.path });
    const keyPair = unlockKey(deps, { key, passphrase });
    try {
      const label = args.find("label") ?? key.name;
      const active = await withOrganisationGateway(deps, { args, folder }, (gateway) =>
        activateKey({ gateway, primitives: deps.primitives }, { folder, keyPair, label }),
      );
      deps.terminal.result(`${active.id}  ${describeState(active.state)}`);
      deps.terminal.json({ keyId: active.id, state: describeState(active.state) });
      return exitCodes.ok;
    } finally {
      keyPair.secretKey.destroy();
    }
  },
};

/** Imports a key where the gateway does not know it, opens the challenge, and activates it. Harmless when repeated. */
export async function activateKey(
  { gateway, primitives }: { readonly gateway: Pick<Gateway, "organisations">; readonly primitives: Primitives },
  {
    folder,
    keyPair,
    label,
  }: { readonly folder: OrganisationFolder; readonly keyPair: AgreementKeyPair; readonly label: string },
): Promise<OrganisationKey> {
  const { organisations } = gateway;
  const keyId = deriveKeyId(primitives, keyPair.publicKey);
  const known = await importKey({ gateway }, { keyId, keyPair, label });
  if (known.state === KeyState.ACTIVE) return known;
  const proof = await proveKey({ gateway, primitives }, { folder, keyPair });
  try {
    const { key } = await organisations.activatePublicKey({ keyId, proof: proof.exposePlainBytes() });
    if (key === undefined || key.id !== keyId) throw new GatewayMisbehavedError("the gateway activated another key");
    return key;
  } finally {
    proof.destroy();
  }
}

/** Sends the public half where the gateway does not know it. */
export async function importKey(
  { gateway: { organisations } }: { readonly gateway: Pick<Gateway, "organisations"> },
  { keyId, keyPair, label }: { readonly keyId: KeyId; readonly keyPair: AgreementKeyPair; readonly label: string },
): Promise<OrganisationKey> {
  const findKnown = async (): Promise<OrganisationKey | undefined> =>
    (await organisations.listPublicKeys({})).keys.find(({ id }) => id === keyId);
  const known = await findKnown();
  if (known !== undefined) return known;
  const { key } = await organisations.importPublicKey({ public: keyPair.publicKey, label }).catch(async (error) => {
    if (!(error instanceof GatewayRefusedError) || error.reason !== "conflict") throw error;
    // Another process of ours was first, or another organisation showed that it opens with this very key.
    const imported = await findKnown();
    if (imported !== undefined) return { key: imported };
    throw new UsageError(
      "another organisation at this gateway showed that it opens with this key: make a new one with `coterie keys new`, and find out who else has this one's file",
    );
  });
  if (key === undefined || !equalBytes(key.public, keyPair.publicKey)) {
    throw new GatewayMisbehavedError("the gateway imported another key than the one that was sent");
  }
  return key;
}

/** What the gateway sealed to the key, opened: shows that the key opens. The caller destroys it. */
export async function proveKey(
  { gateway, primitives }: { readonly gateway: Pick<Gateway, "organisations">; readonly primitives: Primitives },
  { folder, keyPair }: { readonly folder: OrganisationFolder; readonly keyPair: AgreementKeyPair },
): Promise<Plaintext> {
  const keyId = deriveKeyId(primitives, keyPair.publicKey);
  const { challenge } = await gateway.organisations.startActivation({ keyId });
  const context = ["coterie/activation/1", organisationIdBytes(folder), keyIdBytes(keyId)];
  return openEnvelope({ primitives }, { envelope: challenge, keyPair, context });
}
