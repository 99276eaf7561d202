import { didYouMean } from '@fsad/files';

/**
 * What yargs says of a wrong command line, with the option or value that may have been meant.
 * @param known options there are
 * @param given the command line: an option that is missing may be there with a slip, which is named then
 */
export function wordsOnUsage(message: string, known: readonly string[], given: readonly string[]): string {
  if (message.startsWith('Missing required argument')) {
    const words = given.flatMap((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? []);
    const slip = words.find((word) => !known.includes(word));
    return slip ? `${message}; there is no option --${slip}${didYouMean(slip, known)}` : message;
  }
  const [, unknown] = /^Unknown arguments?: (.*)$/.exec(message) ?? [];
  if (unknown !== undefined) {
    const near = unknown.split(', ').map((word) => didYouMean(word, known));
    return `${message}${near.find((text) => text !== '') ?? ''}`;
  }
  const [, value, choices] = /Given: "(.*?)", Choices: (.*)/s.exec(message) ?? [];
  if (value === undefined) return message;
  return `${message}${didYouMean(
    value,
    choices.split(', ').map((choice) => choice.replaceAll('"', '')),
  )}`;
}
