/** `coterie tokens …`: the tokens of an organisation, one for each person or machine. */
import type { Token } from "@coterie/protocol";
import { resolve } from "node:path";
import { asOrganisation } from "../campaigns/as-organisation.ts";
import { createPrivateFile, fileExists } from "../premises/private-files.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { FileExistsError, GatewayMisbehavedError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

/** Lists tokens. */
export const listTokensCommand: Command = {
  name: "tokens list",
  summary: "list the organisation's tokens",
  help: ["Lists the organisation's tokens by id and label. The tokens themselves are known only to who holds them."],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    await asOrganisation(deps, args, async ({ settings }) => {
      for (const token of (await settings.listTokens({})).tokens) showToken(deps, token);
    });
    return exitCodes.ok;
  },
};

/** Makes a token. */
export const makeTokenCommand: Command = {
  name: "tokens make",
  summary: "make a token for another person or machine",
  help: [
    "Makes another token and writes it to a file that only you can read; an existing file is never overwritten. Whoever holds a token can do all that the organisation can, except sign its key log and open its contacts. Every notice address of the organisation is told.",
  ],
  options: {
    label: { type: "string", value: "TEXT", help: "whose or what for, like: Carol's laptop" },
    "token-file": { type: "string", value: "FILE", help: "file to write the token to" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const label = args.get("label");
    const file = resolve(deps.workingFolder, args.get("token-file"));
    // Before the token is made: one that was made and written nowhere would be lost.
    if (await fileExists(file)) throw new FileExistsError(`${file} exists and is not overwritten`);
    await asOrganisation(deps, args, async ({ settings }) => {
      const { token, secret } = await settings.makeToken({ label });
      if (token === undefined) throw new GatewayMisbehavedError("the gateway made no token");
      await createPrivateFile(file, `${secret}\n`);
      deps.terminal.result(`${token.id}  ${token.label}  ${file}`);
      deps.terminal.json({ id: token.id, label: token.label, file });
    });
    return exitCodes.ok;
  },
};

/** Ends a token. */
export const revokeTokenCommand: Command = {
  name: "tokens revoke",
  summary: "end a token, at once",
  help: [
    "Ends a token by its id (ctid1…): whoever holds it can do nothing any more. The organisation's last token cannot be ended; the gateway's operator can replace it.",
  ],
  options: {
    token: { type: "string", value: "ID", help: "the token's id, ctid1…" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const id = args.get("token");
    await asOrganisation(deps, args, async ({ settings }) => {
      await settings.revokeToken({ id });
      deps.terminal.result(`${id}  revoked`);
      deps.terminal.json({ id, revoked: true });
    });
    return exitCodes.ok;
  },
};

function showToken({ terminal }: Pick<CliDeps, "terminal">, { id, label, createdAtMs, isOwn }: Token): void {
  const made = new Date(Number(createdAtMs)).toISOString();
  terminal.result(`${id}  ${made.slice(0, 10)}  ${label}${isOwn ? "  (used here)" : ""}`);
  terminal.json({ id, label, madeAt: made, usedHere: isOwn });
}
