/** One organisation of the sample: its entry at the gateway, its folder here, its key. */
import type { Client } from "@connectrpc/connect";
import { generateAgreementKeyPair, type RandomSource, randomBytes } from "@coterie/primitives";
import type { AdministrationService, Organisation } from "@coterie/protocol";
import { parseGatewayAddress } from "../gateway/gateway-address.ts";
import { connectGateway, type Gateway, type GatewayDeps } from "../gateway/gateway-client.ts";
import { checkPinnedGateway } from "../gateway/organisation-gateway.ts";
import { activateKey } from "../keys/activate-key.ts";
import { loadKeyFiles, saveKeyFile, unlockKey } from "../keys/key-files.ts";
import { wrapKey } from "../keys/new-key.ts";
import { connectOrganisation } from "../organisations/connect-organisation.ts";
import {
  findOrganisationFolders,
  loadToken,
  type OrganisationFolder,
  pathsOf,
  saveGatewayAddress,
} from "../premises/organisation-folder.ts";
import { createPrivateFile, fileExists, readSmallFile } from "../premises/private-files.ts";
import type { CliDeps } from "../terminal/command.ts";
import { GatewayMisbehavedError } from "../terminal/errors.ts";

/** Where the sample is made. */
export interface SamplePremises {
  readonly premises: string;
  readonly address: string;
  readonly patienceMs: number;
}

/** What the operator may do at the gateway. */
export type Administration = Client<typeof AdministrationService>;

/** An organisation that is set up; whoever asked closes its connection. */
export interface SampleOrganisation {
  readonly folder: OrganisationFolder;
  readonly gateway: Gateway;
}

/** Runs `use` with the operator's rights. */
export async function withOperator<Result>(
  deps: GatewayDeps,
  { address, patienceMs, operatorToken }: SamplePremises & { readonly operatorToken: string },
  use: (administration: Administration) => Promise<Result>,
): Promise<Result> {
  const gateway = await connectGateway(deps, { address, patienceMs, token: operatorToken });
  try {
    return await use(gateway.administration);
  } finally {
    gateway.close();
  }
}

/** Makes what is missing: the organisation, its folder, its passphrase, its key, the activation. */
export async function setUpOrganisation(
  deps: CliDeps & { readonly administration: Administration },
  input: SamplePremises & { readonly organisation: { readonly name: string; readonly title: string } },
): Promise<SampleOrganisation> {
  const folder = await ensureFolder(deps, input);
  const { address, patienceMs } = input;
  const gateway = await connectGateway(deps, { address, patienceMs, token: await loadToken(folder) });
  try {
    await checkPinnedGateway(gateway, folder);
    await ensureActiveKey(deps, { folder, gateway });
    // It may listen on another port than last time, and it is the pinned one.
    return { folder: await saveGatewayAddress(folder, parseGatewayAddress(address)), gateway };
  } catch (error) {
    gateway.close();
    throw error;
  }
}

async function ensureFolder(
  deps: CliDeps & { readonly administration: Administration },
  input: SamplePremises & { readonly organisation: { readonly name: string; readonly title: string } },
): Promise<OrganisationFolder> {
  const { premises, address, patienceMs, organisation } = input;
  const here = (await findOrganisationFolders(premises)).find(({ profile }) => profile.name === organisation.name);
  const there = await findOrganisation(deps.administration, organisation.name);
  if (here !== undefined && here.profile.organisationId === there?.id) return here;
  const { token } =
    there === undefined
      ? await deps.administration.createOrganisation(organisation)
      : await deps.administration.replaceToken({ organisationId: there.id });
  return connectOrganisation(deps, { premises, address, token, patienceMs });
}

async function findOrganisation(administration: Administration, name: string): Promise<Organisation | undefined> {
  let pageToken = "";
  for (;;) {
    const page = await administration.listOrganisations({ pageToken });
    const found = page.organisations.find((organisation) => organisation.name === name);
    if (found !== undefined || page.nextPageToken === "") return found;
    if (page.nextPageToken === pageToken)
      throw new GatewayMisbehavedError("the gateway's list of organisations has no end");
    pageToken = page.nextPageToken;
  }
}

async function ensureActiveKey(deps: CliDeps, { folder, gateway }: SampleOrganisation): Promise<void> {
  const passphrase = await ensurePassphrase(deps.random, folder);
  if ((await loadKeyFiles(folder.path)).length === 0) {
    const keyPair = generateAgreementKeyPair(deps.primitives, deps.random);
    try {
      const file = wrapKey(deps, { keyPair, passphrase, comment: "sample: the passphrase lies beside" });
      await saveKeyFile(folder.path, { name: "sample", file });
    } finally {
      keyPair.secretKey.destroy();
    }
  }
  const key = (await loadKeyFiles(folder.path)).at(-1);
  if (key === undefined) throw new GatewayMisbehavedError("the key that was just made is gone");
  const keyPair = unlockKey(deps, { key, passphrase });
  try {
    await activateKey({ gateway, primitives: deps.primitives }, { folder, keyPair, label: key.name });
  } finally {
    keyPair.secretKey.destroy();
  }
}

/** The passphrase beside the keys, made up where there is none. Only a sample keeps it there. */
async function ensurePassphrase(random: RandomSource, folder: OrganisationFolder): Promise<string> {
  const path = pathsOf(folder.path).passphrase;
  if (!(await fileExists(path))) {
    const note = "(sample: for your own organisation, keep the passphrase away from the keys)";
    await createPrivateFile(path, `${generatePassphrase(random)}\n${note}\n`);
  }
  const [line = ""] = (await readSmallFile(path, { maxBytes: 16 * 1024 })).toString("utf8").split(/\r?\n/, 1);
  return line;
}

/** 25 letters and digits in groups: 125 bits. The alphabet has 32 symbols, so that a byte's low bits choose evenly. */
function generatePassphrase(random: RandomSource): string {
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  const symbols = Array.from(randomBytes(random, 25), (byte) => alphabet[byte & 31] ?? "");
  return (symbols.join("").match(/.{5}/g) ?? []).join("-");
}
