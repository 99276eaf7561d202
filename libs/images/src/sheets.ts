import { contactSheet as draw } from './contact-sheet.ts';

/** Draws sheets of labelled pictures; undefined where nothing draws letters, in a browser. */
export const contactSheet: typeof draw | undefined = draw;
