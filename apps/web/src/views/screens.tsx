/** Which view shows which screen. A screen of a new service gets its line here (see routes/route.ts). */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { AppModel, ScreenModels } from "../model/app-model.ts";
import type { ScreenName } from "../routes/route.ts";
import { Campaigns } from "./campaigns.tsx";
import { Console } from "./console.tsx";
import { ImportKey } from "./import-key.tsx";
import { Keys } from "./keys.tsx";
import { NewKey } from "./new-key.tsx";
import { Overview } from "./overview.tsx";
import { Pages } from "./pages.tsx";

/** What the screens of a session get. */
export interface SessionScreenProps {
  readonly app: AppModel;
  readonly screens: ScreenModels;
}

const viewByScreen: { readonly [Name in ScreenName]: (props: SessionScreenProps) => JSX.Element } = {
  overview: Overview,
  campaigns: Campaigns,
  pages: Pages,
  keys: Keys,
  "new-key": NewKey,
  "import-key": ImportKey,
  contacts: Console,
};

/** The screen of that name, with its lists loaded anew. */
export function Screen({ app, screens, name }: SessionScreenProps & { readonly name: ScreenName }): JSX.Element {
  useEffect(() => {
    screens.renewKeyModels();
    void screens.campaigns.list.reload();
    void screens.pages.list.reload();
    if (name === "pages") void screens.pages.loadScript();
    void screens.keys.reload();
  }, [screens]);
  const View = viewByScreen[name];
  return <View app={app} screens={screens} />;
}
