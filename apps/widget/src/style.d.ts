// Vite's `?inline`: a style sheet as text.
declare module "*.css?inline" {
  const css: string;
  export default css;
}
interface ImportMeta {
  url: string;
}
