export { FsadError, type FsadErrorCode } from './fsad-error.ts';
export { DiskFullError, isDiskFull } from './disk-full.ts';
export { flushFolder, flushFolderSync, replaceFile, replaceFileSync } from './replace-file.ts';
export { makeFolder } from './make-folder.ts';
export { writeFolderAtomically } from './write-folder.ts';
export { hostTag, isRunning, readdirOrNothing, sweepTemporaries } from './temporary.ts';
export {
  acquireLock,
  foreignLockAgeMs,
  holderName,
  LockedError,
  withLock,
  type Lock,
  type LockHolder,
  type WaitingLock,
} from './lock.ts';
export { liesIn, pathInside, readInside, realPath, UnsafePathError } from './inside.ts';
export { encodeRecord, readRecords, type ReadRecord } from './record-file.ts';
export { InvalidFileError, parseJson, problemsOf, type JsonWords } from './parse-json.ts';
export { readJson } from './read-json.ts';
export { joinPath, readIfThere, removeFile } from './folder-files.ts';
export { isMadeHere, markMadeHere } from './made-here.ts';
export { PassedOver, type Reason } from './passed-over.ts';
export { isPictureName, isSystemName } from './picture-names.ts';
export { listFolders, pictureFile, walkPictures, type PictureFile, type WalkOptions } from './walk.ts';
export {
  distinctNames,
  OutputError,
  requireNoInput,
  requireOutputFile,
  requireOutputFolder,
} from './outputs.ts';
export { csvCell, printable } from './outside-text.ts';
export { didYouMean, nearestWord } from './did-you-mean.ts';
export { sha256Hex } from './digest.ts';
export { percent } from './percent.ts';
export { duration, timeLeft } from './duration.ts';
export { fromSource, moduleBeside } from './from-source.ts';
export { canonicalJson } from './canonical-json.ts';
