/** Which view shows which screen. A screen of a new service gets its line here (see routes/route.ts). */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { AppModel, ScreenModels } from "../model/app-model.ts";
import type { ScreenName } from "../routes/route.ts";
import { Audit } from "./audit.tsx";
import { Campaigns } from "./campaigns.tsx";
import { Comments } from "./comments.tsx";
import { Console } from "./console.tsx";
import { KeyLog } from "./key-log.tsx";
import { Deliveries } from "./deliveries.tsx";
import { ImportKey } from "./import-key.tsx";
import { Keys } from "./keys.tsx";
import { NewKey } from "./new-key.tsx";
import { Office } from "./office.tsx";
import { Overview } from "./overview.tsx";
import { PageMails } from "./page-mails.tsx";
import { PageSettings } from "./page-settings.tsx";
import { Rights } from "./rights.tsx";
import { Statistics } from "./statistics.tsx";
import { Pages } from "./pages.tsx";

/** What the screens of a session get. */
export interface SessionScreenProps {
  readonly app: AppModel;
  readonly screens: ScreenModels;
  /** What the screen is about, where its address says it. */
  readonly subject?: string;
}

const viewByScreen: { readonly [Name in ScreenName]: (props: SessionScreenProps) => JSX.Element } = {
  overview: Overview,
  campaigns: Campaigns,
  pages: Pages,
  "page-mails": PageMails,
  "page-settings": PageSettings,
  statistics: Statistics,
  comments: Comments,
  deliveries: Deliveries,
  rights: Rights,
  audit: Audit,
  office: Office,
  keys: Keys,
  "new-key": NewKey,
  "import-key": ImportKey,
  "key-log": KeyLog,
  contacts: Console,
};

const keyScreens: ReadonlySet<ScreenName> = new Set(["keys", "key-log", "new-key", "import-key"]);

/** The screen of that name, with its lists loaded anew. */
export function Screen({
  app,
  screens,
  name,
  subject = "",
}: SessionScreenProps & { readonly name: ScreenName }): JSX.Element {
  useEffect(() => {
    screens.renewKeyModels();
    void screens.campaigns.list.reload();
    void screens.pages.list.reload();
    if (name === "pages") void screens.pages.loadScript();
    void screens.keys.reload();
    // Verifying costs a worker: only where keys are the matter.
    if (keyScreens.has(name)) void screens.keyLog.view.reload();
  }, [screens]);
  const View = viewByScreen[name];
  return <View app={app} screens={screens} subject={subject} />;
}
