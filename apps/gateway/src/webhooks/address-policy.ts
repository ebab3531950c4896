/**
 * Which network addresses this gateway posts to (docs/protocol/webhooks.md §6): public ones, so that no organisation can make it reach
 * what only it can reach. The operator may exempt ranges of an own network.
 */
import { BlockList, isIP } from "node:net";
import { StartError } from "../errors.ts";

/** Decides about addresses, not about names: a name is asked for anew at every attempt. */
export interface AddressPolicy {
  /** Whether anything may be posted there. */
  readonly permits: (address: string) => boolean;
  /** Whether the operator exempted it: then also without TLS. */
  readonly isExempt: (address: string) => boolean;
}

/** IANA's special-purpose registry, what clouds use for their own services, and what is no single machine. */
const refusedV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** Of IPv6 only what is assigned to machines at all, … */
const assignedV6 = "2000::/3";
/** … without what stands for other protocols and may lead anywhere (Teredo, 6to4), documentation, and old experiments. */
const refusedV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20"];

/** The policy with the operator's exempted ranges ("10.20.0.0/16", "fd12::/16"). Throws StartError where one is none. */
export function createAddressPolicy(exempted: readonly string[]): AddressPolicy {
  const refused = listOf([...refusedV4, ...refusedV6]);
  const assigned = listOf([assignedV6]);
  const exempt = listOf(exempted);
  const isExempt = (address: string): boolean => check(exempt, address);
  return {
    isExempt,
    permits: (address) => {
      if (isExempt(address)) return true;
      switch (isIP(address)) {
        case 4:
          return !check(refused, address);
        case 6:
          // IPv4 inside of IPv6 (::ffff:…, 64:ff9b::…) is outside of what is assigned.
          return check(assigned, address) && !check(refused, address);
        default:
          return false;
      }
    },
  };
}

function check(list: BlockList, address: string): boolean {
  const family = isIP(address);
  // An address with a zone ("fe80::1%eth0") is one of a link.
  if (family === 0 || address.includes("%")) return false;
  return list.check(address, family === 4 ? "ipv4" : "ipv6");
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [, address = "", bits] = /^([0-9a-fA-F.:]{2,39})(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (family === 0 || prefix > most) {
      throw new StartError("COTERIE_WEBHOOK_ALLOW is a list of networks like 10.20.0.0/16,fd12::/16");
    }
    list.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  }
  return list;
}
