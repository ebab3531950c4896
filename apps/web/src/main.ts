/** The entry of the organisation pages. */
import { h, render } from "preact";
import { startApp } from "./model/app-model.ts";
import { createBrowserPlatform } from "./platform/browser-platform.ts";
import "./style.css";
import { App } from "./views/app.tsx";

const app = await startApp(createBrowserPlatform(), { hash: location.hash });
addEventListener("hashchange", () => app.goTo(location.hash));
const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(h(App, { app }), root);
}
