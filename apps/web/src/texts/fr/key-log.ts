/** French: the key log. */
import type { KeyLogTexts } from "../key-log-texts.ts";

/** The texts. */
export const keyLogTexts: KeyLogTexts = {
  link: "Journal des clés",
  introduction:
    "La liste signée de vos clés. Qui scelle la vérifie, afin que personne, pas même la passerelle, ne puisse mettre une autre clé à la place de la vôtre. Chaque entrée est signée par votre autorité de clés.",
  noneTitle: "Il n’y a pas encore de journal des clés",
  none: "Tant qu’il n’y en a pas, les formulaires se fient à des clés isolées, et le code de vos sites doit changer à chaque changement de clé. Commencez un journal sur la machine qui garde vos fichiers les plus importants :",
  beginByCommand:
    "Ensuite le journal apparaît ici, et les clés peuvent être remplacées ici ou par la ligne de commande.",
  verified: (entries) =>
    `Vérifié dans ce navigateur (entrées : ${entries}) : au complet, dans l’ordre, chacune signée par l’autorité.`,
  continued: "Il fait suite à ce que ce navigateur a vu auparavant.",
  firstSeen:
    "Ce navigateur a vu le journal pour la première fois et s’en souvient désormais. Comparez une fois son identifiant avec celui que vous gardez chez vous.",
  logId: "Identifiant du journal",
  logIdHint:
    "Il reste le même quand les clés changent. Vos sites l’épinglent ; gardez-le là où d’autres peuvent comparer.",
  authority: "Autorité de clés (empreinte)",
  authorityHint: "La clé qui signe le journal. Son fichier et sa phrase secrète ne quittent jamais vos mains.",
  refusedTitle: "Stop : ce journal des clés n’est pas digne de confiance",
  refusedRemedy:
    "Ne remplacez pas de clés ici et ne mettez pas de nouveau code sur vos sites. Comparez chez vous avec « coterie keys log », et appelez l’exploitant de la passerelle.",
  candidate: "Identifiant du journal servi maintenant",
  acceptTitle: "Notre organisation a commencé elle-même ce nouveau journal",
  acceptLabel: "Les 8 derniers caractères de l’identifiant du nouveau journal, tels que gardés chez vous",
  accept: "Se fier à ce journal désormais",
  acceptWrong: "Ce ne sont pas les 8 derniers caractères de l’identifiant servi maintenant.",
  stale:
    "La validité de votre dernière clé est passée, rien ne lui est scellé : vos formulaires ne prennent plus de signatures. Passez à une nouvelle clé, ou renouvelez celle-ci.",
  noActive: "Il n’y a pas de clé active : vos formulaires ne prennent pas de signatures. Passez à une nouvelle clé.",
  expiresSoon: (date) =>
    `Votre clé expire le ${date}. Renouvelez-la ou remplacez-la avant, sinon vos formulaires s’arrêtent.`,
  entriesTitle: "Entrées",
  entry: "Nº",
  what: "Quoi",
  key: "Clé",
  when: "Quand",
  kinds: {
    genesis: "Journal commencé",
    activate: "Clé activée",
    retire: "Clé retirée",
    revoke: "Clé révoquée",
    authority: "Nouvelle autorité",
  },
  until: (date) => `jusqu’au ${date}`,
  since: (date) => `depuis le ${date}`,
  states: { scheduled: "Commence plus tard", inGrace: "En sursis", expired: "Expirée", revoked: "Révoquée" },
  stateHints: {
    scheduled: (date) => `Les signatures lui sont scellées à partir du ${date}.`,
    inGrace: (date) =>
      `Rien de nouveau ne lui est scellé ; les formulaires déjà ouverts sont pris jusqu’au ${date}. Gardez son fichier.`,
    expired:
      "Sa validité est passée : rien ne lui est scellé. Gardez son fichier pour les signatures antérieures, ou réactivez-la.",
    revoked: (date) => `D’autres peuvent l’avoir depuis le ${date}. Plus rien n’est accepté avec elle.`,
    activeUntil: (date) => `Valable jusqu’au ${date}.`,
  },
  changeTitle: "Changer de clés",
  rotate: "Passer à une nouvelle clé",
  rotateHint:
    "Créez une clé, ou utilisez un fichier existant ; à la fin l’autorité signe. La clé précédente entre en sursis.",
  endTitle: "Retirer ou révoquer une clé",
  endHint: "Retirez une clé en bon ordre, ou révoquez-la si d’autres peuvent avoir son fichier et sa phrase secrète.",
  whichKey: "Clé",
  retire: "Retirer : les formulaires ouverts peuvent encore l’utiliser un temps",
  retireHint: "Retirer la clé active sans la remplacer arrête vos formulaires.",
  revoke: "Révoquer : ne plus jamais l’accepter, tout de suite",
  revokeHint:
    "Pour les clés que d’autres peuvent avoir. C’est sans retour. Passez d’abord à une nouvelle clé, sinon vos formulaires s’arrêtent.",
  revokeSure: "Je comprends que la révocation est sans retour",
  revokedSince: "D’autres peuvent l’avoir depuis",
  revokedSinceHint: "Laissé vide : depuis maintenant. Ce qui lui a été scellé depuis lors a pu être lu.",
  sign: "Signer et publier",
  signed: "Signé et publié.",
  authorityFile: "Fichier de l’autorité de clés",
  authorityFileHint: "key-authority.json. Il n’est lu que dans ce navigateur, et oublié après la signature.",
  authorityPassphrase: "Phrase secrète de l’autorité de clés",
  validDays: "Valable (jours)",
  graceDays: "Sursis de la clé précédente (jours)",
  graceDaysHint: "Durée pendant laquelle les formulaires déjà ouverts peuvent l’utiliser.",
  chooseFile: "Choisissez le fichier de l’autorité de clés.",
  rotationTitle: "Signature de l’autorité de clés",
  rotation: "Votre organisation a un journal des clés : une clé devient active par une entrée que son autorité signe.",
};
