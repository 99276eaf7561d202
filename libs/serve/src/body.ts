import type { FastifyRequest } from 'fastify';
import { Refusal } from './refusal.ts';

/** The bytes of the picture: the whole body, or the one file of a form. @throws Refusal, or the HTTP library's error */
export async function pictureOf(request: FastifyRequest): Promise<Uint8Array> {
  const bytes = request.isMultipart() ? await fileOf(request) : request.body;
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  throw new Refusal('FSAD_NO_PICTURE', 'there is no picture in the request; send its file as the body');
}

async function fileOf(request: FastifyRequest): Promise<Uint8Array | undefined> {
  try {
    const file = await request.file();
    return await file?.toBuffer();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== undefined) throw error;
    throw new Refusal('FSAD_BAD_REQUEST', 'the form is damaged or ends before its end', { cause: error });
  }
}
