import type * as onnxruntime from 'onnxruntime-web';
import { loadRuntime, type Runtime } from '@fsad/onnx/runtime';
import { tensor, type Tensor } from '@fsad/tensors';
import type { FeatureExtractor } from '../extractor.ts';
import type { OnnxDescription } from './description.ts';
import { featureMap, networkInput } from './feature-map.ts';

/** A network of the user's own, as an ONNX file, run by onnxruntime-web on one thread. */
export class OnnxNetwork implements FeatureExtractor {
  readonly identity: string;
  readonly side: number | null;
  readonly #runtime: Runtime;
  readonly #session: onnxruntime.InferenceSession;
  readonly #description: OnnxDescription;
  readonly #outputs: readonly string[];

  private constructor(
    runtime: Runtime,
    session: onnxruntime.InferenceSession,
    description: OnnxDescription,
    outputs: readonly string[],
    identity: string,
  ) {
    this.#runtime = runtime;
    this.#session = session;
    this.#description = description;
    this.#outputs = outputs;
    this.identity = identity;
    this.side = description.size;
  }

  /**
   * Opens a network; `layers` counts the outputs that are wanted, from 0.
   * @param origin names the file in errors and in the identity
   * @throws Error when onnxruntime-web is not installed, the file is no ONNX network, or an input or output is not there.
   */
  static async open(
    model: Uint8Array,
    description: OnnxDescription,
    layers: readonly number[],
    origin: string,
  ): Promise<OnnxNetwork> {
    const runtime = await loadRuntime(origin);
    let session: onnxruntime.InferenceSession;
    try {
      session = await runtime.InferenceSession.create(model, { executionProviders: ['wasm'] });
    } catch (error) {
      throw new Error(`${origin}: onnxruntime cannot open it (${messageOf(error)})`, { cause: error });
    }
    try {
      requireNamed(origin, 'input', session.inputNames, description.input);
      const known = description.outputs ?? session.outputNames;
      for (const name of known) requireNamed(origin, 'output', session.outputNames, name);
      const outputs = layers.map((layer) => {
        if (layer < known.length) return known[layer];
        throw new Error(
          `${origin}: has outputs 0 to ${known.length - 1} (${known.join(', ')}), there is no ${layer}`,
        );
      });
      const identity = `${await digestOf(model)} ${JSON.stringify({ ...description, outputs })}`;
      return new OnnxNetwork(runtime, session, description, outputs, identity);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async extract(pixels: Tensor): Promise<Tensor[]> {
    const { size, input } = this.#description;
    const [, height, width] = pixels.shape;
    if (size !== null && (height !== size || width !== size)) {
      throw new Error(
        `the network takes ${size} x ${size} pixels, got ${width} x ${height}; set the size to ${size}`,
      );
    }
    const { shape, data } = networkInput(pixels, this.#description);
    const feeds = {
      [input ?? this.#session.inputNames[0]]: new this.#runtime.Tensor('float32', data, shape),
    };
    const found = await this.#session.run(feeds, [...this.#outputs]);
    return this.#outputs.map((name) => {
      const { type, dims, data: values } = found[name];
      if (type !== 'float32') throw new Error(`output ${name} is of type ${type}, feature maps are float32`);
      return featureMap(name, tensor(dims, Float32Array.from(values as Float32Array)), this.#description);
    });
  }

  dispose(): void {
    void this.#session.release();
  }
}

function requireNamed(origin: string, what: string, known: readonly string[], name: string | null): void {
  if (name === null || known.includes(name)) return;
  throw new Error(`${origin}: there is no ${what} "${name}"; there are ${known.join(', ')}`);
}

/** The file's SHA-256, which browsers and Node compute alike. */
async function digestOf(model: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(model)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
