import { joinPath, readFolder, removeFolder, replaceFile, writeFolderAtomically } from '@fsad/files';
import { z } from 'zod';
import type { GoodPicture, MethodName, Session } from '../messages.ts';

/** What a training that is not finished needs to go on after a reload. */
const SESSION = 'session';
const HEAD = 'session.json';

const schema = z.object({
  method: z.enum(['patchcore', 'htdg']),
  stopped: z.boolean(),
  pictures: z.array(z.object({ id: z.number(), name: z.string(), width: z.number(), height: z.number() })),
});

/** Keeps the pictures and the method. */
export async function keepSession(method: MethodName, pictures: readonly GoodPicture[]): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const { id, file } of pictures) files.set(String(id), new Uint8Array(await file.arrayBuffer()));
  await removeFolder(SESSION);
  await writeFolderAtomically(SESSION, files.set(HEAD, head({ method, pictures, stopped: false })));
}

/** Notes that a person stopped it. */
export function stopSession(session: Session): Promise<void> {
  return replaceFile(joinPath(SESSION, HEAD), head({ ...session, stopped: true }));
}

/** The training that was begun; null where there is none. */
export async function keptSession(): Promise<Session | null> {
  const files = await readFolder(SESSION);
  const content = files.get(HEAD);
  if (!content) return null;
  const found = schema.safeParse(JSON.parse(new TextDecoder().decode(content)));
  if (!found.success) return null;
  const { method, stopped, pictures } = found.data;
  const whole = pictures.flatMap((picture) => {
    const bytes = files.get(String(picture.id)) as Uint8Array<ArrayBuffer> | undefined;
    return bytes ? [{ ...picture, file: new Blob([bytes]) }] : [];
  });
  return whole.length === pictures.length ? { method, stopped, pictures: whole } : null;
}

/** Nothing is left to go on with. */
export const endSession = (): Promise<void> => removeFolder(SESSION);

function head({ method, stopped, pictures }: Session): Uint8Array {
  const described = pictures.map(({ id, name, width, height }) => ({ id, name, width, height }));
  return new TextEncoder().encode(JSON.stringify({ method, stopped, pictures: described }));
}
