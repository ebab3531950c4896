/** What the premises keep of the gateway's audit log: where it ended when it was verified last. */
import { type AuditMemory, decodeAuditMemory, encodeAuditMemory } from "@coterie/audit-log";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { createPrivateFile, fileExists, readSmallFile, replacePrivateFile } from "../premises/private-files.ts";
import { FileMalformedError } from "../terminal/errors.ts";

const maxMemoryBytes = 1024;

/** The memory, or undefined on premises that never verified the log. Throws FileMalformedError. */
export async function loadAuditMemory({ path }: OrganisationFolder): Promise<AuditMemory | undefined> {
  const file = pathsOf(path).auditMemory;
  if (!(await fileExists(file))) return undefined;
  const bytes = await readSmallFile(file, { maxBytes: maxMemoryBytes });
  try {
    return decodeAuditMemory(bytes);
  } catch {
    // Going on without it would be going on without memory.
    throw new FileMalformedError(`${file} is damaged: restore it from a copy of this folder`);
  }
}

/** Replaces the memory. */
export async function saveAuditMemory({ path }: OrganisationFolder, memory: AuditMemory): Promise<void> {
  await replacePrivateFile(pathsOf(path).auditMemory, encodeAuditMemory(memory));
}

/** Keeps what was remembered beside, as evidence, before somebody decides to go on without it. The file it was kept in. */
export async function setAuditMemoryAside({ path }: OrganisationFolder, memory: AuditMemory): Promise<string> {
  const file = `${pathsOf(path).auditMemory}-${memory.head.size}-${memory.head.signedAtMs}`;
  if (!(await fileExists(file))) await createPrivateFile(file, encodeAuditMemory(memory));
  return file;
}
