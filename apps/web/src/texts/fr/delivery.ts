/** French: deliveries. */
import type { DeliveryTexts } from "../delivery-texts.ts";

/** The texts. */
export const deliveryTexts: DeliveryTexts = {
  introduction:
    "Comment les contacts arrivent dans vos systèmes : votre machine les tire, ou la passerelle les envoie à une adresse à vous. Ils restent scellés en chemin.",
  pullTitle: "Tirer",
  pull: "Le plus sûr : une de vos machines va chercher les contacts, les ouvre sur place et tient à jour des fichiers ou une table.",
  pullLabel: "Commande pour tirer",
  hooksTitle: "Webhooks",
  none: "Aucun webhook.",
  states: {
    active: "Actif",
    paused: "En pause",
    suspended: "Arrêté par la passerelle",
  },
  suspendedHint:
    "Le récepteur a échoué longtemps, ou s’est dit disparu. Réparez-le, envoyez un essai, puis reprenez : la livraison continue où elle s’était arrêtée.",
  failing: (date) => `Toutes les tentatives échouent depuis le ${date}. La passerelle continue d’essayer.`,
  lastDelivered: (date) => `Dernière livraison : ${date}`,
  neverDelivered: "Rien n’a encore été livré.",
  waiting: (count) => `En attente : ${count}`,
  lastAttempt: (date, outcome) => `Dernier essai : ${date}, ${outcome}`,
  outcomes: {
    delivered: "livré",
    refused: "refusé par le récepteur",
    timeout: "pas de réponse à temps",
    unreachable: "injoignable",
    tls: "pas de certificat valable",
    "address-refused": "une adresse où la passerelle n’envoie pas",
    redirected: "il a répondu par une redirection, qui n’est pas suivie",
    gone: "le récepteur s’est dit disparu",
  },
  pause: "Mettre en pause",
  resume: "Reprendre",
  test: "Envoyer un essai",
  tested: (outcome) => `Essai : ${outcome}`,
  remove: "Supprimer",
  removeSure: "Vraiment supprimer ? Ses lettres mortes partent avec lui ; les contacts restent à tirer.",
  removeYes: "Oui, supprimer",
  keep: "Garder",
  news: {
    created: "Le webhook est créé. Envoyez-lui un essai.",
    paused: "En pause. Les contacts attendent.",
    resumed: "Repris là où il s’était arrêté.",
    removed: "Supprimé.",
    redriven: "Les lettres mortes sont renvoyées.",
  },
  deadTitle: (count) => `Lettres mortes : ${count}`,
  deadHint:
    "Livraisons refusées si souvent par le récepteur qu’elles ont été mises de côté. Rien n’est perdu : réparez le récepteur, puis renvoyez-les.",
  redrive: "Tout renvoyer",
  letter: "Livraison",
  size: "Contacts et événements",
  attempts: "Essais",
  lastAnswer: "Dernière réponse",
  createTitle: "Nouveau webhook",
  url: "Adresse",
  urlHint:
    "https:// et une adresse publique. La passerelle signe chaque livraison ; vérifiez la signature avant de vous y fier.",
  shape: "Forme des livraisons",
  shapes: {
    coterie: "Coterie (lots de contacts)",
    proca: "Message de file de Proca, version 2 (un contact chacun)",
  },
  onlyNew: "Seulement les contacts à partir de maintenant",
  onlyNewHint: "Sinon, tout depuis le premier contact.",
  create: "Créer le webhook",
  badAddress: "La passerelle n’envoie pas à cette adresse. Elle doit commencer par https:// et être publique.",
  keysTitle: "Clés qui signent les livraisons",
  keysHint: "Votre récepteur vérifie les livraisons avec elles (Ed25519, base64url).",
};
