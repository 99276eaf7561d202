import type * as onnxruntime from 'onnxruntime-web';
import type { AnomalyMap } from '@fsad/detector';
import { loadRuntime, type Runtime } from '@fsad/onnx/runtime';
import { names, type ExportedModel } from './export-model.ts';

/** What an exported model says of a picture. */
export interface ExportedInspection {
  readonly score: number;
  readonly defective: boolean;
  readonly map: AnomalyMap | null;
}

/** An exported model in onnxruntime-web, on one thread. */
export class RunningModel {
  readonly #runtime: Runtime;
  readonly #session: onnxruntime.InferenceSession;
  readonly #shape: readonly number[];

  private constructor(
    runtime: Runtime,
    session: onnxruntime.InferenceSession,
    { input }: Pick<ExportedModel, 'input'>,
  ) {
    this.#runtime = runtime;
    this.#session = session;
    this.#shape = [1, input.channels, input.height, input.width];
  }

  /** @throws Error when onnxruntime-web is not installed or cannot open the file. */
  static async open(model: ExportedModel): Promise<RunningModel> {
    const runtime = await loadRuntime('to compare the exported model with the one it was made from');
    const session = await runtime.InferenceSession.create(model.file, {
      executionProviders: ['wasm'],
      // That the threshold may be given and so is no constant, it would warn of.
      logSeverityLevel: 3,
    });
    return new RunningModel(runtime, session, model);
  }

  /** @param levels as `ExportedModel.input.prepare` gives them */
  async inspect(levels: Float32Array): Promise<ExportedInspection> {
    const picture = new this.#runtime.Tensor('float32', levels, [...this.#shape]);
    const found = await this.#session.run({ [names.picture]: picture });
    const map = found[names.map] as onnxruntime.Tensor | undefined;
    return {
      score: (found[names.score].data as Float32Array)[0],
      defective: (found[names.label].data as Uint8Array)[0] === 1,
      map: map
        ? { width: map.dims[3], height: map.dims[2], data: Float32Array.from(map.data as Float32Array) }
        : null,
    };
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}
