/** Arabic: comments. */
import type { ModerationTexts } from "../moderation-texts.ts";

/** The texts. */
export const moderationTexts: ModerationTexts = {
  introduction: "تعليقات كتبها الناس عند التوقيع. لا يُعرض للعموم إلا ما وافقت عليه. لا شيء هنا يدل على كاتبها.",
  campaign: "الحملة",
  needsCampaign: "لا توجد حملة بعد، فلا تعليقات.",
  toCampaigns: "إلى الحملات",
  filter: "أي التعليقات",
  states: {
    awaiting: "بانتظار القرار",
    approved: "موافق عليها",
    rejected: "مرفوضة",
  },
  approve: "موافقة",
  reject: "رفض",
  takeBack: "التراجع عن القرار",
  approved: "تمت الموافقة: يُعرض التعليق للعموم.",
  rejected: "تم الرفض: لا يُعرض التعليق.",
  takenBack: "تم التراجع: ينتظر التعليق من جديد.",
  undo: "تراجع",
  none: "لا تعليقات هنا.",
  noneWaiting: "لا تعليقات تنتظرك.",
  writtenOn: (date, page) => `${date}، الصفحة ${page}`,
  keyboard: "بلوحة المفاتيح: A للموافقة وR لرفض التعليق المحدد.",
  comment: (number) => `التعليق ${number}`,
  more: "عرض المزيد",
};
