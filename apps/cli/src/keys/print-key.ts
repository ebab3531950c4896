/** `coterie keys print`: the secret key as 24 words on a sheet for paper. */
import { resolve } from "node:path";
import { keyToWords } from "@coterie/sealed-box/key-file";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { createPrivateFile } from "../premises/private-files.ts";
import { commonOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { getKeyFile, unlockKey } from "./key-files.ts";
import { getPassphrase } from "./passphrases.ts";

/** Prints the words. */
export const printKeyCommand: Command = {
  name: "keys print",
  summary: "show a key as 24 words, for paper",
  help: [
    "Writes a sheet with the 24 words of the secret key: to standard output, or to a new file that only you can read. Whoever reads the words can open every contact sealed to this key, without any passphrase. Print it, keep it locked away, and delete the file.",
  ],
  options: {
    key: { type: "string", short: "k", value: "KEY", help: "name or id, where there are several" },
    out: { type: "string", value: "FILE", help: "write the sheet here instead of to standard output" },
    ...passphraseOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const key = await getKeyFile(folder.path, args.find("key"));
    const passphrase = await getPassphrase(deps, { args, folder: folder.path });
    const keyPair = unlockKey(deps, { key, passphrase });
    try {
      const { title, name } = folder.profile;
      const words = keyToWords(keyPair.secretKey).split(" ");
      const sheet = describeSheet({
        organisation: `${title} (${name})`,
        keyId: key.file.keyId,
        madeAt: key.file.createdAt,
        words,
      });
      const out = args.find("out");
      if (out === undefined) {
        for (const line of sheet) deps.terminal.result(line);
        deps.terminal.json({ keyId: key.file.keyId, words: words.join(" ") });
      } else {
        await createPrivateFile(resolve(deps.workingFolder, out), `${sheet.join("\n")}\n`);
        deps.terminal.note("Print it, keep the paper locked away, and delete the file.");
      }
      return exitCodes.ok;
    } finally {
      keyPair.secretKey.destroy();
    }
  },
};

/** The lines of the sheet: four columns of six numbered words. */
export function describeSheet({
  organisation,
  keyId,
  madeAt,
  words,
}: {
  readonly organisation: string;
  readonly keyId: string;
  readonly madeAt: string;
  readonly words: readonly string[];
}): string[] {
  const rows = Array.from({ length: 6 }, (_, row) =>
    [0, 6, 12, 18]
      .map((column) => `${String(row + column + 1).padStart(2)} ${(words[row + column] ?? "").padEnd(14)}`)
      .join(""),
  );
  return [
    "SECRET KEY OF AN ORGANISATION: whoever reads this can open its contacts",
    "",
    `Organisation  ${organisation}`,
    `Key id        ${keyId}`,
    `Made          ${madeAt}`,
    "",
    ...rows.map((row) => `    ${row.trimEnd()}`),
    "",
    "Read by columns, 1 to 24. To restore: coterie keys restore, then type the words.",
    `Compare the key id afterwards: it must be ${keyId}.`,
  ];
}
