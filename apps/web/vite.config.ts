// Builds the organisation pages: one document, hashed files beside it, and a script of its own for each kind of worker.
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/organisation/",
  logLevel: "warn",
  resolve: { conditions: ["@coterie/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: `${import.meta.dirname}/dist/site`,
    emptyOutDir: true,
    target: "es2022",
    // Its inline script would need an exception in the content security policy; all supported browsers preload modules.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: "es" },
});
