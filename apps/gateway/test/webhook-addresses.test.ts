import { describe, expect, it } from "vitest";
import { createAddressPolicy } from "../src/webhooks/address-policy.ts";
import { parseWebhookAddress } from "../src/webhooks/webhook-address.ts";

const policy = createAddressPolicy([]);

/** One or two addresses of every range that only this gateway, its network or its cloud can reach, or that is no machine. */
const inside = [
  ["0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255"],
  ["127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1"],
  ["172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255"],
  ["198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1"],
  ["255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1"],
  ["64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:db8::1"],
  ["2002:7f00:1::", "2002:a00:1::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::1%eth0"],
  ["fec0::1", "ff02::1", "5f00::1", "1.2.3", "localhost", "", "1.2.3.4.5", "::g"],
].flat();

const outside = [
  "1.1.1.1",
  "9.9.9.9",
  "11.0.0.1",
  "100.63.255.255",
  "100.128.0.1",
  "126.255.255.255",
  "128.0.0.1",
].concat(
  [
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "193.0.0.1",
    "198.17.255.255",
    "223.255.255.255",
  ],
  ["2000::1", "2606:4700:4700::1111", "2a00:1450::1", "2003::1", "3fee::1"],
);

describe("where a gateway posts to", () => {
  it("is no address that only it can reach", () => {
    expect(inside.filter((address) => policy.permits(address))).toEqual([]);
    expect(outside.filter((address) => !policy.permits(address))).toEqual([]);
  });

  it("is what its operator allows besides, and no more", () => {
    const own = createAddressPolicy(["10.20.0.0/16", "fd12::/16", "127.0.0.1"]);
    const allowed = ["10.20.0.1", "10.20.255.255", "fd12::1", "127.0.0.1", "1.1.1.1"];
    expect(allowed.filter((address) => !own.permits(address))).toEqual([]);
    expect(["10.21.0.1", "fd13::1", "127.0.0.2", "169.254.169.254"].filter((address) => own.permits(address))).toEqual(
      [],
    );
    expect(own.isExempt("1.1.1.1")).toBe(false);
    for (const bad of ["10.0.0.0/33", "x", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "10.0.0/8"]) {
      expect(() => createAddressPolicy([bad])).toThrow(expect.objectContaining({ code: "gateway/cannot-start" }));
    }
  });

  it("is an https address, however it is written", () => {
    const refused = [
      [
        "",
        "crm.example.org",
        "http://crm.example.org/",
        "ftp://crm.example.org/",
        "file:///etc/passwd",
        "javascript:1",
      ],
      ["https://user@crm.example.org/", "https://user:pw@crm.example.org/", "https://crm.example.org/#part"],
      ["https://localhost/", "https://a.localhost/", "https://crm.local/", "https://metadata.google.internal/"],
      ["https://127.0.0.1/", "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/"],
      [
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fd00:ec2::254]/",
      ],
      ["https://169.254.169.254/latest/meta-data/", "https://10.1/", "https://0/", "https://①②⑦.⓪.⓪.①/"],
      ["https://crm.example.org:25/", "https://crm.example.org:1023/", "https://crm.example.org:22/"],
      ["https://crm.example.org./", `https://crm.example.org/${"x".repeat(2048)}`, "https://-/", "https://a b/"],
    ].flat();
    const codeOf = (text: string): string => {
      try {
        return parseWebhookAddress({ policy }, text);
      } catch (error) {
        return error instanceof Error && "reason" in error ? String(error.reason) : "other";
      }
    };
    expect(refused.filter((text) => codeOf(text) !== "invalid")).toEqual([]);
    expect(codeOf("https://CRM.example.org:443/hook?a=1")).toBe("https://crm.example.org/hook?a=1");
    expect(codeOf("https://crm.example.org:8443/")).toBe("https://crm.example.org:8443/");
    expect(codeOf("https://[2606:4700::1111]/")).toBe("https://[2606:4700::1111]/");
    expect(codeOf("https://bücher.example/")).toBe("https://xn--bcher-kva.example/");
  });
});
