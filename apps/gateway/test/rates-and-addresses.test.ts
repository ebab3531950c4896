// Network prefixes and token buckets.
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientPrefix, prefixOf } from "../src/http/client-address.ts";
import { RateLimiter } from "../src/http/rate-limits.ts";
import { gatewayLimits } from "../src/limits.ts";

describe("a client's prefix", () => {
  it("is an IPv4 address, also where it is mapped, or 64 bits of an IPv6 address in one spelling", () => {
    expect(prefixOf("192.0.2.7")).toBe("192.0.2.7");
    expect(prefixOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(prefixOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2");
    expect(prefixOf("2001:0DB8:0001:0002::1")).toBe("2001:db8:1:2");
    expect(prefixOf("2001:db8::1")).toBe("2001:db8:0:0");
    expect(prefixOf("::1")).toBe("0:0:0:0");
    expect(prefixOf("fe80::1%eth0")).toBe("fe80:0:0:0");
    expect(prefixOf("unknown")).toBe("unknown");
  });

  it("believes just as many hops of x-forwarded-for as there are own proxies", () => {
    const request = (header: string | undefined): IncomingMessage =>
      Object.assign(Object.create(null), {
        socket: { remoteAddress: "10.0.0.1" },
        headers: { "x-forwarded-for": header },
      });
    const header = "203.0.113.9, 198.51.100.2, 192.0.2.3";
    expect(clientPrefix(request(header), { trustedProxies: 0 })).toBe("10.0.0.1");
    expect(clientPrefix(request(header), { trustedProxies: 1 })).toBe("192.0.2.3");
    expect(clientPrefix(request(header), { trustedProxies: 2 })).toBe("198.51.100.2");
    expect(clientPrefix(request(header), { trustedProxies: 4 })).toBe("10.0.0.1");
    expect(clientPrefix(request("nonsense"), { trustedProxies: 1 })).toBe("10.0.0.1");
    expect(clientPrefix(request(undefined), { trustedProxies: 1 })).toBe("10.0.0.1");
  });
});

describe("a bucket", () => {
  it("lets a burst through, then refills evenly, never above the burst", () => {
    let nowMs = 0;
    const limiter = new RateLimiter({ now: () => nowMs }, { perSecond: 2, burst: 3 });
    const take = (count: number): boolean[] => Array.from({ length: count }, () => limiter.take("a"));
    expect(take(4)).toEqual([true, true, true, false]);
    nowMs += 499;
    expect(take(1)).toEqual([false]);
    nowMs += 1;
    expect(take(2)).toEqual([true, false]);
    nowMs += 3_600_000;
    expect(take(4)).toEqual([true, true, true, false]);
    nowMs -= 7_200_000;
    expect(take(1)).toEqual([false]);
    expect(limiter.take("b")).toBe(true);
  });

  it("is forgotten, the one unused longest first, when there are too many", () => {
    const limiter = new RateLimiter({ now: () => 0 }, { perSecond: 0, burst: 1 });
    expect(limiter.take("first")).toBe(true);
    expect(limiter.take("second")).toBe(true);
    for (let i = 0; i < gatewayLimits.rateBuckets - 2; i++) limiter.take(`filler ${i}`);
    expect(limiter.take("second")).toBe(false);
    limiter.take("one more");
    expect(limiter.hasTokens("first")).toBe(true);
    expect(limiter.hasTokens("second")).toBe(false);
  });
});
