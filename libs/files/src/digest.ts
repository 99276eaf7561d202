import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal: Node's own, twenty times as fast as one in JavaScript, which a page needs. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
