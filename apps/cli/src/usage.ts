import { didYouMean } from '@fsad/files';

/**
 * What yargs says of a wrong command line, with the argument that is missing, or the option or value that may have been meant.
 * @param known options there are
 * @param given the command line: an option that is missing may be there with a slip, which is named then
 * @param command as it is defined: `fsad score <model> [pictures..]`
 */
export function wordsOnUsage(
  message: string,
  known: readonly string[],
  given: readonly string[],
  command: string,
): string {
  const [, got] = /^Not enough non-option arguments: got (\d+)/.exec(message) ?? [];
  if (got !== undefined) {
    const missing = [...command.matchAll(/<(.+?)(?:\.\.)?>/g)].slice(Number(got));
    const usage = command.replaceAll(/[<[].+?[>\]]/g, (word) => word.replaceAll(/[<>]/g, '').toUpperCase());
    return `give ${missing.map(([, name]) => `the ${name}`).join(' and ')}: ${usage}`;
  }
  const [, missing] = /^Missing required arguments?: (.*)$/.exec(message) ?? [];
  if (missing !== undefined) {
    const named = message.replace(missing, `--${missing.replaceAll(', ', ', --')}`);
    const words = given.flatMap((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? []);
    const slip = words.find((word) => !known.includes(word));
    return slip ? `${named}; there is no option --${slip}${didYouMean(slip, known)}` : named;
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
