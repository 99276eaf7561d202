// The project's registry with methods of people's own, whose files the address of this module names, as `?brightness=/path/of/brightness.ts`: child processes
// open the same by the same address.
import { registry as project } from '../default-registry.ts';
import type { Registry } from '../registry.ts';
import { ownMethod } from './own-method.ts';

const files = [...new URL(import.meta.url).searchParams];

export const registry: Registry = {
  ...project,
  methods: {
    ...project.methods,
    ...Object.fromEntries(files.map(([name, path]) => [name, () => ownMethod(path)])),
  },
};
