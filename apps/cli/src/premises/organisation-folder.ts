/**
 * An organisation's folder on its premises:
 *
 *     organisation.json   the gateway's address, who the organisation is, the gateway's pinned signing key
 *     token               the organisation's token (secret)
 *     keys/*.json         key files, wrapped by a passphrase
 *     passphrase          optional: the passphrase, for unattended use (secret)
 *     store-key           what was verified here is stamped with it (secret)
 *     contacts/           the sealed contacts pulled so far
 *     key-authority.json  optional: the key that signs the organisation's key log, wrapped by a passphrase
 *     key-log-head        the last entry of that log which was seen here
 *     key-log-pending     entries that were signed, until the gateway is known to have them
 *     audit-memory        where the gateway's audit log ended when it was verified last
 */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Bytes, decodeBase64Url, decodeTextForm, encodeBase64Url } from "@coterie/bytes";
import { parseGatewayAddress } from "../gateway/gateway-address.ts";
import { FileExistsError, FileMalformedError, FileUnusableError, UsageError } from "../terminal/errors.ts";
import {
  createPrivateFile,
  createPrivateFolder,
  fileExists,
  readSmallFile,
  replacePrivateFile,
} from "./private-files.ts";

/** What `organisation.json` says. */
export interface OrganisationProfile {
  readonly gatewayAddress: string;
  /** `corg1…` */
  readonly organisationId: string;
  readonly name: string;
  readonly title: string;
  /** Ed25519 public key (32 bytes) that signs contact headers: pinned at first contact. */
  readonly gatewaySigningKey: Bytes;
}

/** One organisation's folder and what it says about itself. */
export interface OrganisationFolder {
  readonly path: string;
  readonly profile: OrganisationProfile;
}

const profileFormat = "coterie/premises";
const maxProfileBytes = 16 * 1024;
const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** The files of an organisation's folder. */
export function pathsOf(folder: string): {
  readonly profile: string;
  readonly token: string;
  readonly keys: string;
  readonly passphrase: string;
  readonly storeKey: string;
  readonly contacts: string;
  readonly keyAuthority: string;
  readonly keyLogHead: string;
  readonly keyLogPending: string;
  readonly auditMemory: string;
} {
  return {
    profile: join(folder, "organisation.json"),
    token: join(folder, "token"),
    keys: join(folder, "keys"),
    passphrase: join(folder, "passphrase"),
    storeKey: join(folder, "store-key"),
    contacts: join(folder, "contacts"),
    keyAuthority: join(folder, "key-authority.json"),
    keyLogHead: join(folder, "key-log-head"),
    keyLogPending: join(folder, "key-log-pending"),
    auditMemory: join(folder, "audit-memory"),
  };
}

/** Makes an organisation's folder below `premises`. Throws FileExistsError where it is there. */
export async function createOrganisationFolder(
  premises: string,
  { profile, token }: { readonly profile: OrganisationProfile; readonly token: string },
): Promise<OrganisationFolder> {
  // The name came from the gateway: it must not lead out of the folder.
  if (!namePattern.test(profile.name))
    throw new FileMalformedError("the organisation's name is not usable for a folder");
  const path = join(premises, profile.name);
  const paths = pathsOf(path);
  await createPrivateFolder(paths.keys);
  if (await fileExists(paths.profile)) throw new FileExistsError(`${paths.profile} exists and is not overwritten`);
  await replacePrivateFile(paths.token, `${token}\n`);
  // The profile last: it is what makes the folder an organisation's, and one without a token would be of no use.
  await createPrivateFile(paths.profile, encodeProfile(profile));
  return { path, profile };
}

/** Replaces the token, where it was renewed. */
export async function saveToken(folder: OrganisationFolder, token: string): Promise<void> {
  await replacePrivateFile(pathsOf(folder.path).token, `${token}\n`);
}

/** Replaces the gateway's address, where the same gateway answers at another one. */
export async function saveGatewayAddress(
  folder: OrganisationFolder,
  gatewayAddress: string,
): Promise<OrganisationFolder> {
  const profile = { ...folder.profile, gatewayAddress };
  if (gatewayAddress !== folder.profile.gatewayAddress) {
    await replacePrivateFile(pathsOf(folder.path).profile, encodeProfile(profile));
  }
  return { ...folder, profile };
}

/** The organisation's token. */
export async function loadToken(folder: OrganisationFolder): Promise<string> {
  const text = (await readSmallFile(pathsOf(folder.path).token, { maxBytes: 1024 })).toString("utf8").trim();
  decodeTextForm("ctok", text, { lengthBytes: 32 });
  return text;
}

/** Every organisation in `premises`: the folder itself where it is one, else those directly below, by name. */
export async function findOrganisationFolders(premises: string): Promise<OrganisationFolder[]> {
  if (await fileExists(pathsOf(premises).profile)) return [await loadOrganisationFolder(premises)];
  const entries = await readdir(premises, { withFileTypes: true }).catch(() => []);
  const folders: OrganisationFolder[] = [];
  for (const name of entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()) {
    const path = join(premises, name);
    if (await fileExists(pathsOf(path).profile)) folders.push(await loadOrganisationFolder(path));
  }
  return folders;
}

/** The organisations that a command means: the named one, or all. Throws UsageError where there is none. */
export async function getOrganisationFolders(
  premises: string,
  name: string | undefined,
): Promise<OrganisationFolder[]> {
  const all = await findOrganisationFolders(premises);
  const meant = name === undefined ? all : all.filter((folder) => isCalled(folder, name));
  if (meant.length > 0) return meant;
  const what = name === undefined ? "no organisation" : "no organisation of that name";
  throw new UsageError(`${what} in ${premises}: make its folder with \`coterie organisation connect\``);
}

/** The one organisation that a command means. Throws UsageError where there are several. */
export async function getOrganisationFolder(premises: string, name: string | undefined): Promise<OrganisationFolder> {
  const [folder, ...others] = await getOrganisationFolders(premises, name);
  if (folder !== undefined && others.length === 0) return folder;
  const names = [folder, ...others].flatMap((one) => (one === undefined ? [] : [one.profile.name]));
  throw new UsageError(`which organisation? Use --organisation with one of: ${names.join(", ")}`);
}

/** Reads an organisation's folder. Throws FileMalformedError where `organisation.json` is not one. */
export async function loadOrganisationFolder(path: string): Promise<OrganisationFolder> {
  const file = pathsOf(path).profile;
  const text = (await readSmallFile(file, { maxBytes: maxProfileBytes })).toString("utf8");
  try {
    return { path, profile: parseProfile(text) };
  } catch {
    throw new FileMalformedError(`${file} is not the profile of an organisation`);
  }
}

function isCalled({ path, profile }: OrganisationFolder, name: string): boolean {
  return profile.name === name || profile.organisationId === name || basename(path) === name;
}

function encodeProfile(profile: OrganisationProfile): string {
  const { gatewayAddress, organisationId, name, title, gatewaySigningKey } = profile;
  const json = {
    format: profileFormat,
    version: 1,
    gateway: gatewayAddress,
    organisation: { id: organisationId, name, title },
    gatewaySigningKey: encodeBase64Url(gatewaySigningKey),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function parseProfile(text: string): OrganisationProfile {
  const json: unknown = JSON.parse(text);
  const organisation = memberOf(json, "organisation");
  if (memberOf(json, "format") !== profileFormat || memberOf(json, "version") !== 1)
    throw new FileUnusableError("format");
  const gatewaySigningKey = decodeBase64Url(textOf(json, "gatewaySigningKey"));
  if (gatewaySigningKey.length !== 32) throw new FileUnusableError("key");
  const organisationId = textOf(organisation, "id");
  decodeTextForm("corg", organisationId, { lengthBytes: 16 });
  return {
    gatewayAddress: parseGatewayAddress(textOf(json, "gateway")),
    organisationId,
    name: textOf(organisation, "name"),
    title: textOf(organisation, "title"),
    gatewaySigningKey,
  };
}

function memberOf(json: unknown, name: string): unknown {
  return typeof json === "object" && json !== null && Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined;
}

function textOf(json: unknown, name: string): string {
  const value = memberOf(json, name);
  if (typeof value !== "string") throw new FileUnusableError(name);
  return value;
}
