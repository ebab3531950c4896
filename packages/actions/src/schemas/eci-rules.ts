/**
 * What each of the 27 Member States needs to verify a statement of support: Regulation (EU) 2019/788, Annex III, as applied
 * in the Commission's table "Data requirements" (citizens-initiative.europa.eu/data-requirements_en).
 *
 * Part A asks for the residence, part B for a personal number or document. Numbers that a State fixes by law are checked in
 * form; for cards and passports, whose series vary over the years, only what every series has in common, since refusing a
 * valid document is worse than taking a typing error: the State checks the number itself. Every pattern is anchored, has no
 * nested repetition, and sees at most `maxCharacters` of the field.
 */

import type { DocumentRule, NationalRule } from "../national-rule.ts";

const cardOrPassport = /^[A-Z0-9]{5,12}$/;

const number = (name: string, pattern: RegExp): DocumentRule => ({ type: "personal-number", name, pattern });
const card = (name: string): DocumentRule => ({ type: "identity-card", name, pattern: cardOrPassport });
const passport = (name: string): DocumentRule => ({ type: "passport", name, pattern: cardOrPassport });
const partA = (minimumAge = 18): NationalRule => ({ part: "A", minimumAge });
const partB = (documents: readonly [DocumentRule, ...DocumentRule[]], minimumAge = 18): NationalRule => ({
  part: "B",
  minimumAge,
  documents,
});

/** The rules by ISO 3166-1 code of the nationality: the 27 Member States (Greece is GR, not the Union's own EL). */
export const nationalRules: Readonly<Record<string, NationalRule>> = {
  AT: partB([passport("Reisepass"), card("Personalausweis")], 16),
  BE: partB([number("Rijksregisternummer / Numéro de Registre National", /^[0-9]{11}$/)], 16),
  BG: partB([number("Единен граждански номер", /^[0-9]{10}$/)]),
  CY: partB([card("Δελτίο Ταυτότητας"), passport("Διαβατήριο")]),
  CZ: partB([card("Občanský průkaz"), passport("Cestovní pas")]),
  DE: partA(16),
  DK: partA(),
  EE: partB([number("Isikukood", /^[0-9]{11}$/)], 16),
  ES: partB([
    { type: "identity-card", name: "Documento Nacional de Identidad", pattern: /^[0-9]{8}[A-Z]$/ },
    passport("Pasaporte"),
  ]),
  FI: partA(),
  FR: partA(),
  GR: partA(17),
  HR: partB([number("Osobni identifikacijski broj (OIB)", /^[0-9]{11}$/)]),
  HU: partB([
    card("Személyazonosító igazolvány"),
    passport("Útlevél"),
    number("Személyi azonosító (személyi szám)", /^[0-9]{11}$/),
  ]),
  IE: partA(),
  IT: partB([passport("Passaporto"), card("Carta d’identità")]),
  LT: partB([number("Asmens kodas", /^[0-9]{11}$/)]),
  LU: partA(),
  LV: partB([number("Personas kods", /^[0-9]{11}$/)]),
  MT: partB([{ type: "identity-card", name: "Karta tal-Identità", pattern: /^[0-9]{1,7}[A-Z]$/ }], 16),
  NL: partA(),
  PL: partB([number("Numer ewidencyjny PESEL", /^[0-9]{11}$/)]),
  PT: partB([
    card("Bilhete de identidade"),
    passport("Passaporte"),
    { type: "citizen-card", name: "Cartão de Cidadão", pattern: /^[0-9]{8}(?:[0-9][A-Z0-9]{2}[0-9])?$/ },
  ]),
  RO: partB([card("Carte de identitate"), passport("Pașaport"), number("Cod Numeric Personal", /^[0-9]{13}$/)]),
  SE: partB([number("Personnummer", /^(?:[0-9]{2})?[0-9]{6}\+?[0-9]{4}$/)]),
  SI: partB([number("Enotna matična številka občana (EMŠO)", /^[0-9]{13}$/)]),
  SK: partA(),
};
