/**
 * One log with an entry of every kind, byte by byte as docs/protocol/key-log.md §4 lays it out. The authority's seed is
 * 32 times 01, the new authority's 32 times 02, the organisation key's secret 32 times 03: visibly no secrets.
 */
import { type Bytes, decodeHex, encodeHex, encodeUtf8 } from "@coterie/bytes";

export const golden = {
  organisation: "corg14242424242424242424242424gpqhawz",
  logId: "clog1eahkp0s9lsd5lqapdx8tw9p4drup60gynzxzwp",
  keyId: "f35b51ae77fd213eda6711bb5fb0a8e5b0649c26",
  authority: "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
  newAuthority: "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394",
  publicKey: "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22",
  startMs: 1_800_000_000_000,
  headHash: "f492f9d5a6b7ae4d731b5f3cf56df8224b019db5c88d91239e562a89abcab278",
} as const;

// Label and organisation: the same in all bodies.
const before = `00000011${ascii("coterie/key-log/1")}00000010${"aa".repeat(16)}`;

const bodies = [
  `${before}000000080000000000000000` +
    `00000020${"00".repeat(32)}` +
    `00000007${ascii("genesis")}00000020${golden.authority}` +
    "00000008000001a3185c5000",
  `${before}000000080000000000000001` +
    "00000020cf6f60be05fc1b4f83a1698eb7143568f81d3d04b8fd9b7d702e26c7905518d1" +
    `00000008${ascii("activate")}00000020${golden.publicKey}` +
    "00000008000001a3185c500000000008000001aa700d7c00" +
    "00000008000001a3185c5001",
  `${before}000000080000000000000002` +
    "000000200c96e71e229d5d1fe110c73706e32e761ce003956504c78ac9a0b018b0a25012" +
    `00000006${ascii("retire")}00000014${golden.keyId}` +
    "00000008000001a3b2db1800" +
    "00000008000001a3185c5002",
  `${before}000000080000000000000003` +
    "00000020cc77291429c4ae181e79d37ed922212ace7905ff70223a70ada81114ade708fa" +
    `00000009${ascii("authority")}00000020${golden.newAuthority}` +
    "00000008000001a3185c5003",
  `${before}000000080000000000000004` +
    "00000020787a742f64849626e00f67d4315dfcae233ae182b3213558b90e467fa8e33dc1" +
    `00000006${ascii("revoke")}00000014${golden.keyId}` +
    "00000008000001a3185c5002" +
    "00000008000001a3185c5004",
];

const signatures = [
  [
    "bb79846d85789e66917a6bafaa7c9086dcd22436e6c09bb8bdadc5ecbc2cea660e8fe3aadeced0a28aebec6475c8f04d450a81a3da3a96030b5e89e76ef90309",
  ],
  [
    "d44fda605b94a52efd562f862b5f2052498eaa1d2fbb9aa0e5cf6703e6c5f04c7bf81ccaeb92fedafebd13a51fca71b8c40884fd8a6bc7eda31221ce2d1fc40f",
  ],
  [
    "349170300baad17e70fe8f8000303c7756c17a35c04fc485c30fd1207b76f2358f05e3380ff90f2a156cee4d75d87e33d2cec536f06b0201741880dd8d26b603",
  ],
  [
    "7be242191ef081403886702dead37b321778b4705df742058d9a2d9faf653b38f756dc74376e4480462ffe12902efb1caf97ee273bd6165df72d7e57fca78506",
    "5455f59395e640b02955506d1feb511b11dfe9b1f5c5814d935e71305ab4a0af9928e886c78faae370803009cdfbfb11bbca607831affb84522d6476d836650b",
  ],
  [
    "e67bf59d5dc2f4a8e9768dab6459ca47144fc22d76ac3f44a18851aee398ac0be07cff0d31cefe9afcd8a17c8a76bd34101dbe12f970f16c6b8f0d28562cc20d",
  ],
];

/** Genesis, activate, retire, authority, revoke. */
export const goldenEntries: readonly Bytes[] = bodies.map((body, seq) =>
  decodeHex([body, ...(signatures[seq] ?? [])].map((part) => lengthOf(part) + part).join("")),
);

function lengthOf(hex: string): string {
  return (hex.length / 2).toString(16).padStart(8, "0");
}

function ascii(text: string): string {
  return encodeHex(encodeUtf8(text));
}
