// What a check reports.

/** One fault: where it is and what is wrong. A warning is shown and does not fail the check. */
export interface Finding {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
  readonly isWarning?: boolean;
}

/** `file:line: message`, as editors and terminals turn into links. */
export function formatFinding(finding: Finding): string {
  const place = finding.line === undefined ? finding.file : `${finding.file}:${finding.line}`;
  return `${place}: ${finding.isWarning === true ? "warning: " : ""}${finding.message}`;
}
