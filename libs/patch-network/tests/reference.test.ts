import { engineConformance } from '../src/conformance.ts';
import { openEngine } from '../src/index.ts';

engineConformance('reference', (options) => openEngine('reference', options));
