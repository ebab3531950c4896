import { describe, expect, it } from "vitest";
import { countryCodes, isCountryCode, memberStates } from "../src/index.ts";

// ISO 3166-1 alpha-2 in full, and XK.
const expected =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY " +
  "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK " +
  "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR " +
  "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK " +
  "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM " +
  "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF " +
  "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

describe("country codes", () => {
  it("are those of ISO 3166-1 and Kosovo, in alphabetical order", () => {
    expect(countryCodes).toEqual(expected.split(" "));
    expect(countryCodes).toHaveLength(250);
  });

  it("have a name in English each", () => {
    const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
    expect(countryCodes.filter((code) => names.of(code) === undefined)).toEqual([]);
  });

  it("contain every Member State, and neither the Union's EL nor what is in lower case", () => {
    expect(memberStates.every(isCountryCode)).toBe(true);
    expect(["EL", "UK", "EU", "fr", "", "F", "FRA"].filter(isCountryCode)).toEqual([]);
  });
});
