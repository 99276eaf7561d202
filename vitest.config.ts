import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{libs,apps,baselines}/*/tests/**/*.test.ts', '{experiments,scripts}/tests/**/*.test.ts'],
    setupFiles: ['scripts/vitest/quiet.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ['default'],
  },
});
