/** Arabic. */
import type { NoticeTexts } from "./texts.ts";

/** The Arabic texts of notices. */
export const arabic: NoticeTexts = {
  locale: "ar",
  direction: "rtl",
  greeting: "مرحبًا،",
  subjectOne: ({ organisation, event }) => `${organisation}: ${event}`,
  subjectMany: ({ organisation, count }) => `${organisation}: تغييرات ينبغي العلم بها (${count})`,
  intro: (organisation) => `تغيّر شيء يخص ${organisation} على البوابة:`,
  events: {
    "authority-changed": "حُدِّدت سلطة المفاتيح أو تغيّرت",
    "key-activated": "فُعِّل مفتاح",
    "key-imported": "استُورد مفتاح",
    "key-in-use-changed": "يُستخدم الآن مفتاح غير السابق",
    "key-retired": "سُحب مفتاح من الاستخدام",
    "key-revoked": "أُلغي مفتاح",
    "notice-address-added": "أُدخل عنوان للإشعارات",
    "notice-address-confirmed": "أُكِّد عنوان للإشعارات",
    "notice-address-removed": "أُزيل عنوان للإشعارات",
    "person-erased": "مُحيت بيانات شخص",
    "retention-changed": "تغيّرت المدة التي تُمحى بعدها بيانات الأشخاص",
    "token-made": "أُنشئ رمز وصول",
    "token-revoked": "أُلغي رمز وصول",
    "webhook-changed": "تغيّر العنوان الذي تُرسل إليه جهات الاتصال",
    "webhook-created": "تُرسل جهات الاتصال إلى عنوان جديد",
    "webhook-removed": "لم تعد جهات الاتصال تُرسل إلى أحد العناوين",
    "webhook-suspended": "أُوقف إرسال جهات الاتصال إلى أحد العناوين بعد إخفاقات كثيرة",
  },
  byToken: (label) => `بالرمز «${label}»`,
  byOperator: "من قِبل مشغّل البوابة",
  byGateway: "لاحظته البوابة نفسها",
  andMore: (count) => `وهناك المزيد (${count}): انظروا صفحات المنظمة.`,
  advice:
    "إن كان أحدكم قد فعل ذلك فلا حاجة إلى أي شيء. وإن لم يفعله أحد فألغوا الرموز التي لا تعرفونها واطّلعوا على سجل التدقيق قبل أن تثقوا بجهات اتصال جديدة.",
  button: "افتح صفحات المنظمة",
  footer: (organisation) =>
    `أُرسلت هذه الرسالة تلقائيًا لأن هذا العنوان يُبلَّغ بالتغييرات المهمة لأمان ${organisation}. يستطيع زملاؤكم إزالته من القائمة.`,
  confirm: {
    subject: (organisation) => `${organisation}: إشعارات إلى هذا العنوان؟`,
    intro: (organisation) => [
      `أدخلت ${organisation} هذا العنوان ليُبلَّغ بتغييرات مفاتيحها ورموز الوصول وإعداداتها.`,
      "إن كنت تعمل هناك فيُرجى التأكيد. وإلا فلا تفعل شيئًا: لن تصلك رسالة أخرى.",
    ],
    button: "أؤكد هذا العنوان",
    footer: (organisation) =>
      `أُرسلت هذه الرسالة تلقائيًا ومرة واحدة لأن ${organisation} أدخلت هذا العنوان. ومن دون تأكيدك يُحذف بعد سبعة أيام.`,
    expires: (date) => `يعمل الرابط حتى ${date}.`,
    title: (organisation) => `إشعارات ${organisation} إلى عنوانك؟`,
    question: () => "ستُبلَّغ بتغييرات المفاتيح ورموز الوصول والإعدادات.",
    doneTitle: "شكرًا!",
    doneText: (organisation) => `يُبلَّغ عنوانك بالتغييرات من الآن. وأُعلم الآخرون في ${organisation} بذلك.`,
  },
};
