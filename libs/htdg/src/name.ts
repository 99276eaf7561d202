/** The method's name in the command line and in results. */
export const NAME = 'htdg';

/** Raised when results change; part of a trial's key. */
export const NUMERIC_VERSION = 3;
