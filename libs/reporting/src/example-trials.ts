import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type Image } from '@fsad/images';
import { readResult, sidePath, type Artefact, type TrialScores, type TrialSummary } from '@fsad/runner';
import type { ExperimentTrials } from './collect.ts';
import { ablations } from './paper-columns.ts';

/** A picture of a trial, decoded. */
export interface ExamplePicture {
  readonly kind: Artefact['kind'];
  /** Id of the dataset's image, null for a sample. */
  readonly image: string | null;
  readonly score: number | null;
  readonly picture: Image;
  readonly original: Image | null;
  readonly mask: Image | null;
}

/** One trial shown in detail. */
export interface ExampleTrial {
  readonly summary: TrialSummary;
  readonly scores: TrialScores | null;
  readonly pictures: readonly ExamplePicture[];
}

/** Trials a page shows in detail, and pictures of each kind it shows of one. */
export const shownExamples = 8;
const shownPictures = 6;

/**
 * Opens the first trial of each method and setting, HTDG first, at most `shownExamples`. Side files that are absent are
 * left out; a picture that cannot be read is named in `complaints`.
 */
export async function loadExamples(
  store: string,
  { settings }: ExperimentTrials,
  complaints: string[],
): Promise<ExampleTrial[]> {
  const firsts = [...settings.values()]
    .flatMap(({ columns }) => [...columns.values()].map((column) => column.example))
    .filter((summary) => summary !== null);
  firsts.sort((a, b) => place(a.cell) - place(b.cell));
  const examples: ExampleTrial[] = [];
  for (const summary of firsts.slice(0, shownExamples)) {
    examples.push(await loadExample(store, summary, complaints));
  }
  return examples;
}

/** HTDG as the paper has it, its ablations, the other methods. */
function place({ detector, variant }: TrialSummary['cell']): number {
  if (detector !== 'htdg') return 2;
  return variant in ablations ? 1 : 0;
}

async function loadExample(
  store: string,
  summary: TrialSummary,
  complaints: string[],
): Promise<ExampleTrial> {
  const folder = sidePath(store, summary.key);
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') complaints.push((error as Error).message);
      return null;
    }
  };
  const json = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(join(folder, file), 'utf8')) as T;
  const image = async (file: string): Promise<Image> => decodeImage(await readFile(join(folder, file)), file);
  const result = await attempt(() => readResult(store, summary.key));
  const shown = new Map<Artefact['kind'], number>();
  const pictures: ExamplePicture[] = [];
  for (const artefact of result?.artefacts ?? []) {
    const before = shown.get(artefact.kind) ?? 0;
    if (before >= shownPictures) continue;
    const { original, mask } = artefact;
    const picture = await attempt(() => image(artefact.file));
    if (!picture) continue;
    shown.set(artefact.kind, before + 1);
    pictures.push({
      kind: artefact.kind,
      image: artefact.image,
      score: artefact.score,
      picture,
      original: original ? await attempt(() => image(original)) : null,
      mask: mask ? await attempt(() => image(mask)) : null,
    });
  }
  const scores = await attempt(() => json<TrialScores>('scores.json'));
  return { summary, scores, pictures };
}
