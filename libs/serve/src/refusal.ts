import { BadImageError } from '@fsad/images';

/** Every `code` that an answer can carry, with its status and what it means. They stay what they are. */
export const REFUSALS = {
  FSAD_BAD_QUERY: [400, 'a query that is not known, such as ?map=jpeg'],
  FSAD_NO_PICTURE: [400, 'an empty body, or a form without a file'],
  FSAD_BAD_REQUEST: [400, 'not a request of HTTP, or a form that ends before its end'],
  FSAD_NOT_FOUND: [404, 'no such path, or not by this method'],
  FSAD_SLOW_REQUEST: [408, 'the request did not arrive within the time limit'],
  FSAD_TOO_MANY_BYTES: [413, 'more bytes than the limit'],
  FSAD_TOO_MANY_PIXELS: [413, 'more pixels than the limit'],
  FSAD_MEDIA_TYPE: [
    415,
    'a content type that is neither image/*, application/octet-stream nor multipart/form-data',
  ],
  FSAD_BAD_IMAGE: [422, 'not a picture, a damaged one, or one smaller than the method can see'],
  FSAD_INTERNAL: [500, 'an error of the service; its log says which'],
  FSAD_BUSY: [503, 'too many requests wait already; Retry-After says when to come back'],
  FSAD_CLOSING: [503, 'the service is ending'],
  FSAD_TOO_SLOW: [503, 'no answer within the time limit; Retry-After says when to come back'],
} as const satisfies Record<string, readonly [status: number, meaning: string]>;

export type RefusalCode = keyof typeof REFUSALS;

/** Why a request gets no score. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return REFUSALS[this.code][0];
  }
}

/** What an error of the handler, of the picture or of the HTTP library means for the one who asked. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof BadImageError) return new Refusal('FSAD_BAD_IMAGE', error.reason, { cause: error });
  const {
    code = '',
    statusCode,
    message = '',
  } = error as { code?: string; statusCode?: number; message?: string };
  if (statusCode === 413)
    return new Refusal('FSAD_TOO_MANY_BYTES', 'the picture has more bytes than the limit');
  if (statusCode === 415) {
    return new Refusal(
      'FSAD_MEDIA_TYPE',
      'send a picture as image/png, image/jpeg and so on, or a form with one file',
    );
  }
  if (
    /^(FST_|ERR_HTTP|HPE_|ERR_STREAM_PREMATURE|ECONNRESET)/.test(code) ||
    (statusCode && statusCode < 500)
  ) {
    return new Refusal('FSAD_BAD_REQUEST', message, { cause: error });
  }
  return new Refusal('FSAD_INTERNAL', 'an error of the service; its log says which', { cause: error });
}
