/** Texts about the organisation's key log, and about the life of keys that it tells. */
import type { LogLine } from "../keys/log-jobs.ts";

/** Texts of the key log. */
export interface KeyLogTexts {
  readonly link: string;
  readonly introduction: string;
  readonly noneTitle: string;
  readonly none: string;
  readonly beginByCommand: string;
  readonly verified: (entries: string) => string;
  readonly continued: string;
  readonly firstSeen: string;
  readonly logId: string;
  readonly logIdHint: string;
  readonly authority: string;
  readonly authorityHint: string;
  readonly refusedTitle: string;
  readonly refusedRemedy: string;
  readonly candidate: string;
  readonly acceptTitle: string;
  readonly acceptLabel: string;
  readonly accept: string;
  readonly acceptWrong: string;
  readonly stale: string;
  readonly noActive: string;
  readonly expiresSoon: (date: string) => string;
  readonly entriesTitle: string;
  readonly entry: string;
  readonly what: string;
  readonly key: string;
  readonly when: string;
  readonly kinds: { readonly [Kind in LogLine["kind"]]: string };
  readonly until: (date: string) => string;
  readonly since: (date: string) => string;
  readonly states: {
    readonly scheduled: string;
    readonly inGrace: string;
    readonly expired: string;
    readonly revoked: string;
  };
  readonly stateHints: {
    readonly scheduled: (date: string) => string;
    readonly inGrace: (date: string) => string;
    readonly expired: string;
    readonly revoked: (date: string) => string;
    readonly activeUntil: (date: string) => string;
  };
  readonly changeTitle: string;
  readonly rotate: string;
  readonly rotateHint: string;
  readonly endTitle: string;
  readonly endHint: string;
  readonly whichKey: string;
  readonly retire: string;
  readonly retireHint: string;
  readonly revoke: string;
  readonly revokeHint: string;
  readonly revokeSure: string;
  readonly revokedSince: string;
  readonly revokedSinceHint: string;
  readonly sign: string;
  readonly signed: string;
  readonly authorityFile: string;
  readonly authorityFileHint: string;
  readonly authorityPassphrase: string;
  readonly validDays: string;
  readonly graceDays: string;
  readonly graceDaysHint: string;
  readonly chooseFile: string;
  readonly rotationTitle: string;
  readonly rotation: string;
}
