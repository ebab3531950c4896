/** French. */
import type { NoticeTexts } from "./texts.ts";

/** The French texts of notices. */
export const french: NoticeTexts = {
  locale: "fr",
  direction: "ltr",
  greeting: "Bonjour,",
  subjectOne: ({ organisation, event }) => `${organisation} : ${event}`,
  subjectMany: ({ organisation, count }) => `${organisation} : ${count} changements à connaître`,
  intro: (organisation) => `Quelque chose a changé pour ${organisation} sur sa passerelle :`,
  events: {
    "authority-changed": "l’autorité des clés a été fixée ou changée",
    "key-activated": "une clé a été activée",
    "key-imported": "une clé a été importée",
    "key-in-use-changed": "une autre clé qu’avant est utilisée",
    "key-retired": "une clé a été retirée",
    "key-revoked": "une clé a été révoquée",
    "notice-address-added": "une adresse pour les avis a été saisie",
    "notice-address-confirmed": "une adresse pour les avis a été confirmée",
    "notice-address-removed": "une adresse pour les avis a été supprimée",
    "person-erased": "une personne a été effacée",
    "retention-changed": "le délai d’effacement des personnes a été changé",
    "token-made": "un jeton d’accès a été créé",
    "token-revoked": "un jeton d’accès a été révoqué",
    "webhook-changed": "l’adresse à laquelle les contacts sont envoyés a été changée",
    "webhook-created": "les contacts sont envoyés à une nouvelle adresse",
    "webhook-removed": "les contacts ne sont plus envoyés à une adresse",
    "webhook-suspended": "l’envoi des contacts à une adresse a été arrêté après de nombreux échecs",
  },
  byToken: (label) => `avec le jeton « ${label} »`,
  byOperator: "par l’opérateur de la passerelle",
  byGateway: "remarqué par la passerelle elle-même",
  andMore: (count) => `et ${count} de plus : voir les pages de l’organisation.`,
  advice:
    "Si c’était l’un de vous, il n’y a rien à faire. Si ce n’était personne, révoquez les jetons que vous ne connaissez pas et consultez le journal d’audit avant de vous fier à de nouveaux contacts.",
  button: "Ouvrir les pages de l’organisation",
  footer: (organisation) =>
    `Ce message a été envoyé automatiquement : cette adresse est avertie des changements importants pour la sécurité de ${organisation}. Vos collègues peuvent la retirer de la liste.`,
  confirm: {
    subject: (organisation) => `${organisation} : des avis à cette adresse ?`,
    intro: (organisation) => [
      `${organisation} a saisi cette adresse pour être avertie des changements de ses clés, de ses jetons d’accès et de ses réglages.`,
      "Si vous y travaillez, veuillez la confirmer. Sinon, ne faites rien : aucun autre message ne suivra.",
    ],
    button: "Confirmer cette adresse",
    footer: (organisation) =>
      `Ce message a été envoyé automatiquement, une seule fois, parce que ${organisation} a saisi cette adresse. Sans votre confirmation, elle est supprimée après sept jours.`,
    expires: (date) => `Le lien fonctionne jusqu’au ${date}.`,
    title: (organisation) => `Des avis de ${organisation} à votre adresse ?`,
    question: () => "Vous serez averti·e des changements de clés, de jetons d’accès et de réglages.",
    doneTitle: "Merci !",
    doneText: (organisation) =>
      `Votre adresse est désormais avertie des changements. Les autres de ${organisation} en ont été informés.`,
  },
};
