/** `coterie keys authority`: the key that signs which keys are the organisation's. */
import { generateSigningKeyPair } from "@coterie/primitives";
import { encodeBase64Url } from "@coterie/bytes";
import { chooseNewPassphrase } from "../keys/passphrases.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { authorityFileOption, authorityPathOf, saveAuthority } from "./authority-file.ts";

/** Makes a key authority. */
export const makeAuthorityCommand: Command = {
  name: "keys authority",
  summary: "make the key that signs the organisation's key log",
  help: [
    "Makes an Ed25519 key pair and writes it to key-authority.json in the organisation's folder, or to --authority-file, wrapped by a passphrase. An existing file is never overwritten. Its signature decides which keys are the organisation's: keep it, with a copy, where the machines that open contacts cannot reach it.",
    "The log begins with the first `coterie keys rotate`.",
  ],
  options: { ...authorityFileOption, ...passphraseOptions, ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const path = authorityPathOf(deps, { args, folder });
    const passphrase = await chooseNewPassphrase(deps, { args, folder: folder.path });
    const keyPair = generateSigningKeyPair(deps.primitives, deps.random);
    try {
      await saveAuthority(deps, { path, keyPair, passphrase });
      deps.terminal.result(path);
      deps.terminal.json({ file: path, publicKey: encodeBase64Url(keyPair.publicKey) });
      return exitCodes.ok;
    } finally {
      keyPair.secretKey.destroy();
    }
  },
};
