/**
 * The screens, and the addresses that lead to them. A screen is here only when the API behind it exists: a new service of
 * `@coterie/protocol` adds its name here, its texts, and its view in views/screens.tsx.
 */

/** The screens that the menu shows, in its order. */
export const menuScreens = [
  "overview",
  "campaigns",
  "pages",
  "statistics",
  "comments",
  "contacts",
  "deliveries",
  "keys",
  "rights",
  "audit",
  "office",
] as const;

/** The entries of the menu. */
export type MenuScreen = (typeof menuScreens)[number];

/** Every screen. */
export type ScreenName = MenuScreen | "new-key" | "import-key" | "key-log" | "page-mails" | "page-settings";

/** Where somebody is. `subject`: what the screen is about, where its address says it, such as the name of a page. */
export type Route =
  | { readonly screen: ScreenName; readonly subject?: string }
  | { readonly screen: "not-found"; readonly subject?: undefined };

interface Place {
  /** Parts of the address; "*" stands for the subject. */
  readonly path: readonly string[];
  readonly entry: MenuScreen;
}

const places: { readonly [Name in ScreenName]: Place } = {
  overview: { path: [], entry: "overview" },
  campaigns: { path: ["campaigns"], entry: "campaigns" },
  pages: { path: ["pages"], entry: "pages" },
  "page-mails": { path: ["pages", "*", "mails"], entry: "pages" },
  "page-settings": { path: ["pages", "*", "settings"], entry: "pages" },
  statistics: { path: ["statistics"], entry: "statistics" },
  comments: { path: ["comments"], entry: "comments" },
  deliveries: { path: ["deliveries"], entry: "deliveries" },
  rights: { path: ["rights"], entry: "rights" },
  audit: { path: ["audit"], entry: "audit" },
  office: { path: ["organisation"], entry: "office" },
  keys: { path: ["keys"], entry: "keys" },
  "new-key": { path: ["keys", "new"], entry: "keys" },
  "import-key": { path: ["keys", "import"], entry: "keys" },
  "key-log": { path: ["keys", "log"], entry: "keys" },
  contacts: { path: ["contacts"], entry: "contacts" },
};

/** The address of a screen: behind the number sign, so that the gateway serves one document and learns nothing of it. */
export function addressOf(screen: ScreenName, subject = ""): string {
  return `#/${places[screen].path.map((part) => (part === "*" ? encodeURIComponent(subject) : part)).join("/")}`;
}

/** The screen of the part of the address that begins with the number sign. */
export function parseRoute(hash: string): Route {
  const parts = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .filter((part) => part !== "");
  for (const [name, { path }] of Object.entries(places)) {
    if (path.length !== parts.length || !path.every((part, index) => part === "*" || part === parts[index])) continue;
    // cast: the keys of `places` are its screens
    const screen = name as ScreenName;
    const subject = parts[path.indexOf("*")];
    return subject === undefined ? { screen } : { screen, subject: decoded(subject) };
  }
  return { screen: "not-found" };
}

/** The entry of the menu that a screen belongs to. */
export function menuEntryOf({ screen }: Route): MenuScreen | undefined {
  return screen === "not-found" ? undefined : places[screen].entry;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
