import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const layers = ['files', 'base', 'service', 'part', 'method', 'runner', 'app'];

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
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
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
    files: ['libs/**/*.ts', 'baselines/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
);
