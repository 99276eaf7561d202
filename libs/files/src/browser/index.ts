/** What of this package works in a page: its folders lie in the browser's own database, by the same names. */
export { FsadError, type FsadErrorCode } from '../fsad-error.ts';
export { InvalidFileError, parseJson, problemsOf, type JsonWords } from '../parse-json.ts';
export { csvCell, printable } from '../outside-text.ts';
export { duration, timeLeft } from '../duration.ts';
export {
  joinPath,
  readFolder,
  readIfThere,
  readJson,
  removeFile,
  removeFolder,
  replaceFile,
  writeFolderAtomically,
} from './folders.ts';
export { didYouMean, nearestWord } from '../did-you-mean.ts';
export { sha256Hex } from './digest.ts';
export { percent } from '../percent.ts';
export { canonicalJson } from '../canonical-json.ts';
