import { didYouMean } from '@fsad/files';

/**
 * What yargs says of a wrong command line, with the option or value that may have been meant.
 * @param known options there are
 */
export function wordsOnUsage(message: string, known: readonly string[]): string {
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
