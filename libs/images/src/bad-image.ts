import { FsadError } from '@fsad/files';

/** A picture that cannot be used: `message` names the file and the reason. */
export class BadImageError extends FsadError {
  override readonly name = 'BadImageError';
  readonly code = 'FSAD_BAD_IMAGE';
  readonly file: string;
  readonly reason: string;

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`${file}: ${reason}`, options);
    this.file = file;
    this.reason = reason;
  }
}

/** Why a picture cannot be decoded, for the person who has it. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: string }).code;
  if (code === 'ENOENT') return 'there is no such file, or it is a link to one that is gone';
  if (code === 'ELOOP') return 'a link that leads back to itself';
  if (code === 'EISDIR') return 'this is a folder, not a picture';
  if (code === 'EACCES') return 'permission to read it is refused';
  if (/unsupported image format/.test(message))
    return 'not a picture in a known format (PNG, JPEG, WebP, TIFF, GIF, BMP)';
  if (/exceeds pixel limit/.test(message))
    return 'it has more pixels than are decoded; cut it or make it smaller';
  if (/premature end/.test(message)) return 'the picture is cut short (premature end of JPEG data)';
  const lines = message.split('\n').map((line) => line.trim());
  if (/failOn setting/.test(lines[0])) {
    const detail = lines.slice(1).find((line) => line !== '');
    return `the picture is damaged${detail ? ` (${detail})` : ''}`;
  }
  if (/libpng read error/.test(lines[0]))
    return 'the picture is damaged: its data do not fit their checksums, or are cut short';
  return lines[0].replace(/^Input (buffer|file) (has )?/, '');
}
