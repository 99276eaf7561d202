/** An address of a server as a person gave it, taken apart. */
export interface Address {
  /** Without user, password, query and fragment, and without a slash at the end. */
  readonly uri: string;
  readonly url: URL;
  /** Decoded; null where the address names nobody. */
  readonly user: string | null;
  readonly password: string | null;
}

/** The address cannot be used; the message shows none of its secrets. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/**
 * Takes apart an address that has one of `schemes` (`http:`). `what` names it for the message, `wanted` says what it should be.
 * @throws AddressError for text that is no such address, or whose user or password would be read as a host or a path
 */
export function parseAddress(
  what: string,
  text: string,
  { schemes, wanted }: { readonly schemes: readonly string[]; readonly wanted: string },
): Address {
  const refuse = (why: string): never => {
    throw new AddressError(`${what} ${JSON.stringify(shownAddress(text))} ${why}`);
  };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !schemes.includes(url.protocol) || url.hostname === '' || !text.includes('://')) {
    return refuse(text.includes('@') ? `${wanted}; ${howToWriteSecrets}` : wanted);
  }
  // `redis://me:12/ab@host` is read as the host "me": what it holds is not what was meant, and part of a password.
  if (`${url.pathname}${url.search}${url.hash}`.includes('@'))
    return refuse(`has an "@" behind its host; ${howToWriteSecrets}`);
  const decoded = (part: string): string | null => {
    try {
      return part === '' ? null : decodeURIComponent(part);
    } catch {
      return refuse(`has a "%" in its user or password that begins no code; ${howToWriteSecrets}`);
    }
  };
  const path = url.pathname.replace(/\/+$/, '');
  return {
    uri: `${url.protocol}//${url.host}${path}`,
    url,
    user: decoded(url.username),
    password: decoded(url.password),
  };
}

const howToWriteSecrets = 'in a user name or password write % @ : / ? # as %25 %40 %3A %2F %3F %23';

/**
 * What of an address may be shown and stored: no user, no password, no query, no fragment. Also of text that cannot be parsed, which may be an
 * address with a slip of the pen: whatever stands before its last "@" may be a secret.
 */
export function shownAddress(text: string): string {
  const at = text.lastIndexOf('@');
  if (at >= 0) {
    const end = text.indexOf(':');
    const scheme =
      end >= 0 && end < at && isScheme(text.slice(0, end)) && text[end + 1] === '/'
        ? `${text.slice(0, end)}://`
        : '';
    return `${scheme}${beforeQuery(text.slice(at + 1))}`;
  }
  return text.includes('://') ? beforeQuery(text) : text;
}

/** The same of every word of a text that looks like an address: for messages and command lines made by others. */
export function withoutSecrets(text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => (holdsSecret(word) ? shownWord(word) : word))
    .join('');
}

/** A word with a user and a password before an "@"; no path of this machine, where packages have one behind a slash. */
function holdsSecret(word: string): boolean {
  const at = word.lastIndexOf('@');
  const colon = word.indexOf(':');
  const inPath = !word.includes('://') && ['/', '\\'].includes(word[at - 1]);
  return colon >= 0 && colon < at && !inPath && !word.includes('file://');
}

/** Quotes, brackets and `--option=` around an address stay. */
function shownWord(word: string): string {
  const opened = word.lastIndexOf('=', word.indexOf(':')) + 1;
  let from = opened;
  while (from < word.length && !isSchemeCharacter(word[from])) from++;
  return `${word.slice(0, from)}${shownAddress(word.slice(from))}`;
}

function isScheme(text: string): boolean {
  return text !== '' && [...text].every(isSchemeCharacter);
}

function isSchemeCharacter(letter: string): boolean {
  return /^[A-Za-z0-9+.-]$/.test(letter);
}

function beforeQuery(text: string): string {
  const ends = [text.indexOf('?'), text.indexOf('#')].filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}
