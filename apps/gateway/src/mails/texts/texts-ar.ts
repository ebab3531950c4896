/** Arabic. */
import type { MailTexts } from "./texts.ts";

/** The Arabic texts of mails. */
export const arabic: MailTexts = {
  locale: "ar",
  direction: "rtl",
  greeting: (name) => `مرحبًا ${name}،`,
  greetingWithoutName: "مرحبًا،",
  kinds: {
    "confirm-supporter": {
      subject: ({ campaign }) => `يُرجى التأكيد: ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `تم التوقيع على «${campaign}» بهذا البريد الإلكتروني في صفحة تابعة لـ ${organisation}.`,
        "إذا كنت أنت من وقّع، فنرجو تأكيد ذلك. لا يُحتسب توقيعك إلا بعد التأكيد.",
      ],
      button: "تأكيد توقيعي",
    },
    reminder: {
      subject: ({ campaign }) => `لم يُؤكَّد بعد: ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `تم التوقيع قبل أيام على «${campaign}» بهذا البريد في صفحة تابعة لـ ${organisation}، ولم يُؤكَّد التوقيع بعد.`,
        "لا يُحتسب التوقيع من دون تأكيد، وسيُحذف.",
      ],
      button: "تأكيد توقيعي",
    },
    "confirm-newsletter": {
      subject: ({ organisation }) => `هل تسمح لـ ${organisation} بمراسلتك؟`,
      intro: ({ campaign, organisation }) => [
        `ذُكر في استمارة «${campaign}» أن بإمكان ${organisation} الكتابة إلى هذا البريد الإلكتروني.`,
        "إذا كنت أنت من كتب ذلك، فنرجو تأكيده.",
      ],
      button: "نعم، راسلوني",
    },
    "thank-you": {
      subject: ({ campaign }) => `شكرًا على توقيعك: ${campaign}`,
      intro: ({ campaign }) => [`وصل توقيعك على «${campaign}». شكرًا لك!`, "كل توقيع إضافي مفيد: نرجو نشر الحملة."],
      button: "نشر الحملة",
    },
  },
  alsoNewsletter: (names) => `وبهذا تؤكد أيضًا السماح لـ ${names} بمراسلتك عبر البريد الإلكتروني.`,
  readers: (names) => `لا يستطيع فتح بياناتك سوى ${names}.`,
  notYou: "لم تكن أنت؟",
  notYouLink: "حذف هذا التوقيع",
  noNewsletter: "لم تكن أنت، أو غيّرت رأيك؟",
  noNewsletterLink: "لا تراسلوني",
  copyLink: "إذا لم يعمل الزر، فانسخ هذا العنوان إلى متصفحك:",
  expires: (date) => `يعمل الرابط حتى ${date}.`,
  footer: (organisation) =>
    `أُرسلت هذه الرسالة تلقائيًا لأن هذا العنوان أُدخل في استمارة تابعة لـ ${organisation}. يحتفظ الخادم بالعنوان مقفلًا، وإلى حين إرسال آخر رسالة فقط.`,
  rights: "اطّلع على ما يُحفظ عنك أو احذفه",
  decisions: {
    "confirm-supporter": {
      title: () => "تأكيد توقيعك",
      text: ({ campaign, organisation }) =>
        `تم التوقيع على «${campaign}» في صفحة تابعة لـ ${organisation}. هل كنت أنت؟`,
      button: "نعم، أؤكد توقيعي",
      doneTitle: "شكرًا! توقيعك محتسب.",
      doneText: ({ campaign }) => `لقد أكدت توقيعك على «${campaign}».`,
    },
    "reject-supporter": {
      title: () => "لم توقّع؟",
      text: ({ campaign }) => `تم التوقيع على «${campaign}» ببريدك الإلكتروني. إذا لم تكن أنت، فاحذف التوقيع.`,
      button: "حذف هذا التوقيع",
      doneTitle: "حُذف التوقيع.",
      doneText: ({ campaign }) => `لم يُحتسب قط في «${campaign}» ولم يتلقه أحد. وحُذف عنوانك معه.`,
    },
    "confirm-newsletter": {
      title: ({ organisation }) => `هل تسمح لـ ${organisation} بمراسلتك عبر البريد الإلكتروني؟`,
      text: ({ campaign }) => `هكذا ذُكر في استمارة «${campaign}». هل كنت أنت؟`,
      button: "نعم، راسلوني",
      doneTitle: "شكرًا!",
      doneText: ({ organisation }) => `يمكن لـ ${organisation} مراسلتك. وبإمكانك التراجع عن ذلك في أي من رسائلها.`,
    },
    "decline-newsletter": {
      title: ({ organisation }) => `ألا تريد أن تراسلك ${organisation}؟`,
      text: ({ campaign }) => `يبقى توقيعك على «${campaign}» كما هو.`,
      button: "لا تراسلوني",
      doneTitle: "تم.",
      doneText: ({ organisation }) => `ستعلم ${organisation} أنك لا تريد رسائلها.`,
    },
  },
  answeredTitle: "سبق أن أجبت",
  answeredConfirmed: "تم التأكيد. لا يلزم شيء آخر.",
  answeredRejected: "تم الرفض. لا يلزم شيء آخر.",
  invalidTitle: "لم يعد هذا الرابط صالحًا",
  invalidText: "إنه ناقص أو قديم جدًا. إذا وصلك في رسالة، فتحقق من نسخ العنوان كاملًا.",
  unavailableTitle: "يُرجى المحاولة بعد دقيقة",
  unavailableText: "تعذّر على الخادم تسجيل إجابتك الآن. ما زال الرابط يعمل.",
};
