// Style sheets are taken in by the build tool.
declare module "*.css";

// What the build tool makes of imports with a query: the address of a built worker.
declare module "*?worker&url" {
  const address: string;
  // default: the build tool's own form
  export default address;
}
