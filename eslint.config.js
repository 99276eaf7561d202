import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Packages that work in a page. */
const inPages = [
  ...[
    'onnx',
    'tensors',
    'patch-network',
    'images',
    'features',
    'metrics',
    'detector',
    'calibration',
    'pyramid',
  ],
  ...['transforms', 'generator', 'discriminator', 'scoring', 'htdg'],
].map((name) => `libs/${name}`);
/** Their files that exist for Node alone, behind doors that have another form for browsers. */
const forNode = [
  'libs/htdg/src/verify/**',
  'libs/images/src/{decode,encode,samples,svg,contact-sheet,tiff-colour,write-picture}.ts',
  'libs/metrics/src/math.ts',
  'libs/patch-network/src/{machine,open}.ts',
  'libs/patch-network/src/kernels/{native,wasm}.ts',
  'libs/patch-network/src/tensorflow/**',
  'libs/tensors/src/tfjs/{open,binding}.ts',
  'libs/features/src/node/**',
  '**/conformance*.ts',
  '**/conformance/**',
];

const layers = ['files', 'base', 'service', 'part', 'method', 'runner', 'front', 'app'];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '**/build/**',
      '.nx/**',
      '.venv/**',
      '.engines/**',
      'results/**',
      'runs/**',
    ],
  },
  ...tseslint.configs.recommended,
  ...tseslint.configs.recommendedTypeCheckedOnly.map((config) => ({ ...config, files: ['**/*.{ts,tsx}'] })),
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './apps/web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // An `async` function without `await` is how an interface of promises rejects instead of throwing.
      '@typescript-eslint/require-await': 'off',
      // Its corrections widen literal types of options' defaults and of TensorFlow.js's results, and then types do not fit.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    },
  },
  {
    // Matchers such as `expect.stringContaining` and JSON that a test looks into are `any`; methods of test doubles use no `this`.
    files: ['**/tests/**/*.ts', '**/conformance*.ts', '**/conformance/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // One file with a form for Node and one for pages, chosen by the package's own imports.
          allow: ['#math'],
          depConstraints: layers.map((layer, i) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: layers.slice(0, i + 1).map((lower) => `layer:${lower}`),
          })),
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use a named random stream.' },
      ],
    },
  },
  {
    // What `fsad init` writes: in the repository they lie in the package that they name.
    files: ['libs/fsad/templates/**', 'libs/fsad/harness/typed.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    files: ['libs/**/*.ts', 'baselines/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: [...inPages, 'baselines/patchcore'].map((folder) => `${folder}/src/**/*.ts`),
    ignores: forNode,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['node:*'], message: 'This package works in a page: let a host bring it in.' }],
        },
      ],
      'no-restricted-globals': ['error', 'Buffer', 'process', 'setImmediate', 'require'],
    },
  },
);
