/** Texts about the settings of a page. */

/** Texts of the settings of a page. */
export interface PageSettingsTexts {
  readonly link: string;
  readonly title: (page: string) => string;
  readonly introduction: string;
  readonly save: string;
  readonly saved: string;
  readonly undo: string;
  readonly protectionTitle: string;
  readonly protection: string;
  readonly protections: {
    readonly gateway: (choice: string) => string;
    readonly auto: string;
    readonly on: string;
    readonly off: string;
  };
  readonly withoutScript: string;
}
