import { TOLERANCE, type Comparison } from './compare.ts';

/** A file that was written, and what it was compared on. */
export interface WrittenExport {
  readonly out: string;
  readonly bytes: number;
  readonly opset: number;
  /** Of its input. */
  readonly shape: readonly number[];
  readonly preparation: { readonly words: string };
  readonly compared: Comparison;
}

/** What was written, for a reader. */
export function exportedText({ out, bytes, opset, shape, preparation, compared }: WrittenExport): string {
  return [
    `${out}: ${(bytes / 1e6).toFixed(1)} MB, ONNX with operator set ${opset}, one picture [${shape.join(', ')}] of levels 0 to 255`,
    `a picture is ${preparation.words}`,
    `compared on ${compared.pictures} ${compared.pictures === 1 ? 'picture' : 'pictures'} in onnxruntime-web: ` +
      `scores ${compared.score.toExponential(1)} apart at most, maps ${compared.map.toExponential(1)} (allowed: ${TOLERANCE}), decisions the same`,
  ].join('\n');
}
