/** French: notices, addresses and tokens. */
import type { OfficeTexts } from "../office-texts.ts";

/** The texts. */
export const officeTexts: OfficeTexts = {
  introduction:
    "Votre organisation sur cette passerelle : son nom, qui est averti des changements, et qui peut se connecter.",
  noticesTitle: "Ce que votre personnel doit savoir",
  noticesHint:
    "Si personne chez vous n’a fait cela, agissez tout de suite : révoquez le jeton utilisé et comparez les clés chez vous.",
  noticesCount: (count) => `Changements que votre personnel doit connaître : ${count}`,
  dismiss: (event) => `Vu : ${event}`,
  dismissShort: "Vu",
  dismissAll: "Tout vu",
  toAudit: "Vers le journal d’audit",
  nameTitle: "Nom et langue",
  title: "Nom",
  titleHint: "Les signataires le voient sur vos formulaires.",
  locale: "Langue des courriels à votre personnel",
  save: "Enregistrer",
  saved: "Enregistré.",
  undo: "Annuler",
  addressesTitle: "Qui est averti par courriel",
  addressesHint:
    "Un courriel part à ces adresses quand une clé, un jeton ou une de ces adresses change. Une nouvelle adresse est avertie une fois que quelqu’un a suivi le lien de son premier courriel.",
  noAddresses:
    "Personne n’est averti par courriel. Ajoutez au moins une adresse, pour qu’un changement de clé ne passe pas inaperçu.",
  cannotSend: "Cette passerelle n’a pas de serveur de courriel : les avis ne sont montrés que sur ces pages.",
  confirmed: "Confirmée",
  unconfirmed: "Attend son lien",
  email: "Adresse électronique",
  add: "Ajouter l’adresse",
  added: (email) => `Un courriel avec un lien est en route vers ${email}.`,
  removeAddress: (email) => `Retirer ${email}`,
  remove: "Retirer",
  removedAddress: (email) => `${email} a été avertie de son retrait, puis oubliée.`,
  addAgain: "L’ajouter à nouveau",
  tokensTitle: "Jetons",
  tokensHint: "Un par personne et par machine, pour pouvoir en révoquer un sans exclure les autres.",
  own: "le vôtre, ici",
  since: (date) => `depuis le ${date}`,
  label: "De qui, ou pour quoi",
  make: "Créer un jeton",
  madeTitle: "Le nouveau jeton",
  made: "Copiez-le maintenant et remettez-le par une voie sûre : il n’est montré que cette fois, la passerelle n’en garde que l’empreinte.",
  hide: "Je l’ai : le cacher",
  revoke: (label) => `Révoquer « ${label} »`,
  revokeShort: "Révoquer",
  revokeSure:
    "Révoquer ce jeton ? Qui l’utilise est déconnecté aussitôt. C’est sans retour ; on peut en créer un nouveau.",
  revokeYes: "Oui, révoquer",
  keep: "Garder",
  revoked: (label) => `« ${label} » est révoqué.`,
  lastToken: "Le dernier jeton ne peut être révoqué. Créez-en d’abord un autre.",
};
