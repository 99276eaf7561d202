import type { contactSheet as draw } from '../contact-sheet.ts';

/** In a page the page itself shows pictures and their names. */
export const contactSheet: typeof draw | undefined = undefined;
