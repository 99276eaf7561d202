import * as tf from '@tensorflow/tfjs-core';
import { tensor, type Tensor } from '../tensor.ts';
import { readVariables, writeVariables, type Variables } from './variables.ts';

/** Adam (Kingma and Ba, 2015), epsilon outside the square root. */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** L2: this times the variable is added to its gradient, as PyTorch's `weight_decay`; Keras's `l2(w)` is twice w. */
  readonly weightDecay?: number;
}

/**
 * Adam over named variables that resumes exactly: the bias corrections come from the integer step, and the moments can be
 * exported and put back. Owns its moments, not the variables.
 */
export class Adam {
  readonly #variables: Variables;
  readonly #first: Variables;
  readonly #second: Variables;
  readonly #options: Required<AdamOptions>;
  #step = 0;
  /** Callers with milestones change it between steps. */
  learningRate: number;

  constructor(variables: Variables, options: AdamOptions) {
    this.#variables = variables;
    this.#first = zerosLike(variables);
    this.#second = zerosLike(variables);
    this.learningRate = options.learningRate;
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options };
  }

  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  /**
   * One step on `loss`, a function of the variables that returns a scalar. Disposes all it creates.
   * @returns the loss before the step.
   */
  minimize(loss: () => tf.Scalar): number {
    const names = [...this.#variables.keys()];
    const { value, grads } = tf.variableGrads(loss, [...this.#variables.values()]);
    const byName = new Map(names.map((name) => [name, grads[this.#variables.get(name)!.name]] as const));
    this.apply(byName);
    const before = value.dataSync()[0];
    tf.dispose([value, ...Object.values(grads)]);
    return before;
  }

  /**
   * One step on gradients of the variables by name; they stay the caller's. `changed` replaces settings for this step.
   * @throws Error naming a variable without a gradient.
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor | null>, changed: Partial<AdamOptions> = {}): void {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = {
      ...this.#options,
      learningRate: this.learningRate,
      ...changed,
    };
    const step = this.#step + 1;
    const scale = learningRate / (1 - beta1 ** step);
    const root = 1 / Math.sqrt(1 - beta2 ** step);
    for (const name of this.#variables.keys()) {
      if (!gradients.get(name)) throw new Error(`Adam: no gradient for ${name}`);
    }
    for (const [name, variable] of this.#variables) {
      tf.tidy(() => {
        const given = gradients.get(name)!;
        const gradient = weightDecay === 0 ? given : tf.add(given, tf.mul(variable, weightDecay));
        const first = this.#first.get(name)!;
        const second = this.#second.get(name)!;
        first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
        second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
        const size = tf.add(tf.mul(tf.sqrt(second), root), epsilon);
        variable.assign(tf.sub(variable, tf.mul(tf.div(first, size), scale)));
      });
    }
    this.#step = step;
  }

  /** Everything a later `importState` needs: `adam.m.<name>`, `adam.v.<name>`, `adam.step`. */
  async exportState(): Promise<Map<string, Tensor>> {
    const state = new Map<string, Tensor>();
    for (const [name, value] of await readVariables(this.#first)) state.set(`adam.m.${name}`, value);
    for (const [name, value] of await readVariables(this.#second)) state.set(`adam.v.${name}`, value);
    return state.set('adam.step', tensor([1], Float32Array.of(this.#step)));
  }

  /**
   * Continues where `exportState` was called; entries that are not Adam's are ignored.
   * @throws Error naming a missing or wrongly shaped tensor of `origin`.
   */
  importState(state: ReadonlyMap<string, Tensor>, origin: string): void {
    const step = state.get('adam.step');
    if (step === undefined) throw new Error(`${origin}: tensor adam.step is missing`);
    writeVariables(this.#first, prefixed(state, 'adam.m.'), origin);
    writeVariables(this.#second, prefixed(state, 'adam.v.'), origin);
    this.#step = step.data[0];
  }

  dispose(): void {
    for (const moments of [this.#first, this.#second])
      for (const moment of moments.values()) moment.dispose();
  }
}

function zerosLike(variables: Variables): Variables {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      tf.tidy(() => tf.variable(tf.zeros(variable.shape), false)),
    ]),
  );
}

function prefixed(state: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const entries = [...state].filter(([name]) => name.startsWith(prefix));
  return new Map(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}
