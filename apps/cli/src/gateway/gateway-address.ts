/** Addresses of gateways: TLS, except on this very machine. */
import { UsageError } from "../terminal/errors.ts";

const loopbackHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/**
 * The address in one form: origin and path without a slash at its end.
 * @throws UsageError where it is no address, holds a password, or is not TLS and not loopback
 */
export function parseGatewayAddress(text: string): string {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address === undefined || !["http:", "https:"].includes(address.protocol)) {
    throw new UsageError("the gateway's address looks like https://actions.example.org");
  }
  if (address.username !== "" || address.password !== "" || address.search !== "" || address.hash !== "") {
    throw new UsageError("the gateway's address holds no name, password, query or fragment");
  }
  if (address.protocol === "http:" && !loopbackHosts.includes(address.hostname)) {
    throw new UsageError("the gateway's address starts with https:// (http:// only on this machine)");
  }
  return `${address.origin}${address.pathname.replace(/\/+$/, "")}`;
}
