/** Names of folders, as people and tools write them. */
const good = /^(good|ok|okay|normal|non[-_ ]?defective|defect[-_ ]?free)$/i;

/** Whether a folder of test pictures with this name holds sound ones. */
export const isGoodName = (name: string): boolean => good.test(name);

const bad = /^(bad|ng|nok|not[-_ ]?good|defects?|defective|anomal(y|ies|ous)|abnormal)$/i;

/** Whether a folder with this name, beside one of good pictures, holds defective ones. */
export const isBadName = (name: string): boolean => bad.test(name);

/** The same name whatever its case and its Unicode form. */
export const plainName = (name: string): string => name.normalize('NFC').toLowerCase();

/** What a mask's name says about its picture's: without the endings tools append, whatever case and Unicode form. */
export function maskedName(name: string): string {
  return plainName(name).replace(/[-_. ]?(masks?|gt|groundtruth|ground[-_ ]truth)$/, '');
}
