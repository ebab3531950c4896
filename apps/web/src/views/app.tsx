/** The frame around every screen: head, menu, and the screen itself. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { AppModel, ScreenModels } from "../model/app-model.ts";
import { addressOf, menuEntryOf, menuScreens } from "../routes/route.ts";
import { isLocaleName, localeNames } from "../texts/load-texts.ts";
import { NoticesLine } from "./notices.tsx";
import { type ScreenProps, Title } from "./parts.tsx";
import { Screen } from "./screens.tsx";
import { SignIn } from "./sign-in.tsx";

/** The whole document. */
export function App({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value;
  const screens = app.screens.value;
  const { screen, subject = "" } = app.route.value;
  const title =
    screens === undefined ? texts.signIn.title : screen === "not-found" ? texts.notFoundTitle : texts.screens[screen];
  useEffect(() => {
    document.documentElement.lang = texts.locale;
    document.documentElement.dir = texts.direction;
    document.title = `${title} – ${texts.product}`;
  }, [texts, title]);
  return (
    <>
      <a class="skip" href="#content" onClick={focusContent}>
        {texts.skip}
      </a>
      <Head app={app} screens={screens} />
      <div class={screens === undefined ? "frame alone" : "frame"}>
        {screens !== undefined && <Menu app={app} />}
        <Content key={`${screen} ${subject} ${String(screens !== undefined)}`} app={app} screens={screens} />
      </div>
    </>
  );
}

// The part of the address behind the number sign is the route: the link moves the focus itself.
function focusContent(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Head({ app, screens }: { readonly app: AppModel; readonly screens: ScreenModels | undefined }): JSX.Element {
  const texts = app.texts.value;
  return (
    <header class="head">
      <p class="brand">
        {texts.product}
        {screens !== undefined && <span class="owner">{screens.session.organisation.title}</span>}
      </p>
      <div class="head-tools">
        <select
          aria-label={texts.language}
          value={texts.locale}
          onChange={({ currentTarget }) => {
            if (isLocaleName(currentTarget.value)) void app.setLocale(currentTarget.value);
          }}
        >
          {Object.entries(localeNames).map(([locale, name]) => (
            <option key={locale} value={locale} lang={locale}>
              {name}
            </option>
          ))}
        </select>
        {screens !== undefined && (
          <button
            type="button"
            class="small"
            onClick={() => {
              screens.console.forget();
              app.session.signOut();
            }}
          >
            {texts.signIn.signOut}
          </button>
        )}
      </div>
    </header>
  );
}

/** On narrow screens a button opens it; it closes once a screen was chosen. */
function Menu({ app }: ScreenProps): JSX.Element {
  const texts = app.texts.value;
  const isOpen = useSignal(false);
  const route = app.route.value;
  const here = menuEntryOf(route);
  useLayoutEffect(() => {
    isOpen.value = false;
  }, [route]);
  return (
    <nav class="menu" aria-label={texts.menu}>
      <button
        type="button"
        class="small menu-button"
        aria-expanded={isOpen.value}
        aria-controls="menu"
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {texts.menu}
      </button>
      <ul id="menu" class={isOpen.value ? "open" : ""}>
        {menuScreens.map((screen) => (
          <li key={screen}>
            <a href={addressOf(screen)} aria-current={here === screen ? "page" : undefined}>
              {texts.screens[screen]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Content({
  app,
  screens,
}: {
  readonly app: AppModel;
  readonly screens: ScreenModels | undefined;
}): JSX.Element {
  const main = useRef<HTMLElement>(null);
  // A new screen: whoever works with the keyboard or a screen reader stands at its heading. Together with the new screen, not
  // some frames after it: a key that is pressed in between would go to the link of the screen before.
  useLayoutEffect(() => {
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <main id="content" ref={main} tabIndex={-1}>
      {screens !== undefined && (
        <NoticesLine app={app} screens={screens} isHidden={app.route.value.screen === "overview"} />
      )}
      {screens === undefined ? (
        <SignIn app={app} />
      ) : app.route.value.screen === "not-found" ? (
        <>
          <Title>{app.texts.value.notFoundTitle}</Title>
          <p>{app.texts.value.notFound}</p>
          <p>
            <a class="button" href={addressOf("overview")}>
              {app.texts.value.screens.overview}
            </a>
          </p>
        </>
      ) : (
        <Screen app={app} screens={screens} name={app.route.value.screen} subject={app.route.value.subject ?? ""} />
      )}
    </main>
  );
}
