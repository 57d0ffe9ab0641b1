/**
 * What people type, in one way of writing it: full width, traditional characters, curly apostrophes and blanks between Chinese
 * characters make no other word of it (着 火 了, ＦＩＲＥ, 電梯). For looking words up only; what was typed is what is kept. Pure.
 */

/** Characters that words of danger, lifts and places are written with; pairs of traditional and simplified. */
const TRADITIONAL =
  '電电機机樓楼層层門门關关開开裡里裏里廂厢著着燒烧煙烟濃浓霧雾氣气漏漏觸触傷伤殺杀槍枪搶抢夾夹捲卷墜坠無无沒没動动暈晕來来還还這这們们個个' +
  '幾几車车間间報报滅灭壓压線线變变纜缆聞闻廳厅斷断應应醫医院院護护燈灯開开聲声響响單单號号棟栋東东側侧後后邊边頂顶爐炉鍋锅閃闪噴喷濺溅臟脏撲扑' +
  '搖摇點点熱热燙烫體体頭头腦脑對对過过進进連连運运貨货觀观員员會会請请緊紧驚惊嚇吓嬰婴孫孙媽妈爺爷膠胶鐵铁鋼钢閥阀廁厕廚厨戶户壞坏發发現现' +
  '毆殴綁绑劫劫爆爆麼么給给經经';
const SIMPLIFIED: ReadonlyMap<string, string> = new Map(
  Array.from({ length: TRADITIONAL.length / 2 }, (_, at) => [
    TRADITIONAL.charAt(2 * at),
    TRADITIONAL.charAt(2 * at + 1),
  ]),
);

/** Words for one thing: whoever says 升降机 or 𨋢 means the lift. */
const LIFTS = /升降机|𨋢|䢂/gu;

const INVISIBLE = /\p{Cf}/gu;
const BLANK_WITHIN_CHINESE = /(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu;

/** In lower case. @param typed as it was typed */
export function toPlainWords(typed: string): string {
  const narrow = typed
    .normalize('NFKC')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/[’‘`´]/g, "'");
  const simplified = Array.from(narrow, (sign) => SIMPLIFIED.get(sign) ?? sign).join('');
  return simplified
    .replaceAll(LIFTS, '电梯')
    .replaceAll(BLANK_WITHIN_CHINESE, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
