/**
 * The screens, and the addresses that lead to them. A screen is here only when the API behind it exists: a new service of
 * `@coterie/protocol` (deliveries, statistics, moderation, audit) adds its name here, its texts, and its view in views/screens.tsx.
 */

/** The screens that the menu shows, in its order. */
export const menuScreens = ["overview", "campaigns", "pages", "keys", "contacts"] as const;

/** Every screen. */
export type ScreenName = (typeof menuScreens)[number] | "new-key" | "import-key";

/** Where somebody is. */
export type Route = { readonly screen: ScreenName } | { readonly screen: "not-found" };

const pathByScreen: { readonly [Name in ScreenName]: string } = {
  overview: "",
  campaigns: "campaigns",
  pages: "pages",
  keys: "keys",
  "new-key": "keys/new",
  "import-key": "keys/import",
  contacts: "contacts",
};

/** The address of a screen: behind the number sign, so that the gateway serves one document and learns nothing of it. */
export function addressOf(screen: ScreenName): string {
  return `#/${pathByScreen[screen]}`;
}

/** The screen of the part of the address that begins with the number sign. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, "").replace(/\/$/, "");
  for (const [screen, known] of Object.entries(pathByScreen)) {
    // cast: the keys of pathByScreen are its screens
    if (known === path) return { screen: screen as ScreenName };
  }
  return { screen: "not-found" };
}

/** The entry of the menu that a screen belongs to. */
export function menuEntryOf({ screen }: Route): ScreenName | undefined {
  if (screen === "not-found") return undefined;
  return screen === "new-key" || screen === "import-key" ? "keys" : screen;
}
