/** Arabic: the settings of a page. */
import type { PageSettingsTexts } from "../page-settings-texts.ts";

/** The texts. */
export const pageSettingsTexts: PageSettingsTexts = {
  link: "إعدادات هذه الصفحة",
  title: (page) => `إعدادات «${page}»`,
  introduction: "يبقى العنوان واللغة والحملة ومكان الختم كما هي: تعتمد عليها المواقع.",
  save: "حفظ",
  saved: "تم الحفظ.",
  undo: "تراجع",
  protectionTitle: "ضد الروبوتات",
  protection: "هل يحل جهاز الموقّع لغزًا أولًا. يلاحظ الناس ثانية على الأكثر؛ وتدفع الروبوتات عن كل توقيع.",
  protections: {
    gateway: (choice) => `كما قرر مشغّل البوابة (${choice})`,
    auto: "فقط حين تصل توقيعات كثيرة على غير العادة",
    on: "دائمًا",
    off: "أبدًا",
  },
  withoutScript: "حيث يُطلب ذلك يحتاج النموذج إلى JavaScript.",
};
