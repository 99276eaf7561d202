/** The calls of native/calls.h, by number. */
export const Call = {
  allocate: 0,
  free: 1,
  create: 2,
  destroy: 3,
  state: 4,
  changed: 5,
  step: 6,
  inputGradient: 7,
  score: 8,
  logits: 9,
  generate: 10,
  generatorStep: 11,
  peak: 12,
} as const;

export type Call = (typeof Call)[keyof typeof Call];

/** Where the C kernels run: a Node-API addon or WebAssembly. Pointers are numbers; one call runs at a time. */
export interface KernelHost {
  readonly instructionSet: string;
  readonly threads: number;
  run(call: Call, ...args: number[]): Promise<number>;
  write(pointer: number, values: Float32Array | Float64Array | Int32Array): void;
  read(pointer: number, into: Float32Array | Float64Array): void;
  close(): Promise<void>;
}
