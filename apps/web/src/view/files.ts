import { unzipSync, zipSync } from 'fflate';

/** Files as pictures; what a folder's listing has besides is passed over. */
export function picturesOf(files: Iterable<File> | ArrayLike<File>): { name: string; file: File }[] {
  return Array.from(files)
    .filter(
      ({ name, type }) =>
        !name.startsWith('.') && (type.startsWith('image/') || /\.(hei[cf]|tiff?|bmp)$/i.test(name)),
    )
    .map((file) => ({ name: file.name || 'pasted picture', file }));
}

/** What a model needs of its folder; a folder of the command line holds more. */
const MODEL_FILE =
  /^(config\.json|calibration\.json|tiles\.json|weights\.safetensors|scale-\d+\.safetensors)$/;

/** The model's files of a folder, or of a zip file that holds one, by their names. */
export async function modelFiles(files: readonly File[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const inside = file.name.endsWith('.zip')
      ? Object.entries(unzipSync(bytes))
      : [[file.name, bytes] as const];
    for (const [path, content] of inside) {
      const name = path.split('/').at(-1)!;
      if (MODEL_FILE.test(name)) found.set(name, content);
    }
  }
  return found;
}

export const zipOf = (files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> =>
  zipSync(Object.fromEntries([...files].map(([name, bytes]) => [`model/${name}`, bytes])), {
    level: 1,
  }) as Uint8Array<ArrayBuffer>;

/** Gives a person a file. */
export function download(content: BlobPart, name: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
