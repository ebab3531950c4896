/** Whom a request comes from, as far as rate limits need to know: a network prefix, kept in memory only. */
import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";

/**
 * The prefix that shares one rate: an IPv4 address, or the first 64 bits of an IPv6 address, which one household gets whole.
 * With `trustedProxies` = n, the address is the n-th from the right of `x-forwarded-for`, as n own proxies append it; what
 * stands further left is the client's own claim.
 */
export function clientPrefix(
  request: IncomingMessage,
  { trustedProxies }: { readonly trustedProxies: number },
): string {
  const socketAddress = request.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return prefixOf(socketAddress);
  const header = request.headers["x-forwarded-for"];
  const hops = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").map((hop) => hop.trim());
  const claimed = hops.at(-trustedProxies);
  return prefixOf(claimed !== undefined && (isIPv4(claimed) || isIPv6(claimed)) ? claimed : socketAddress);
}

/** The prefix of one address: /32 of IPv4 (also where it is mapped into IPv6), /64 of IPv6. */
export function prefixOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: missing }, () => "0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
