#!/usr/bin/env node
import { main } from './apps/cli/src/main.js';

process.exitCode = await main(process.argv.slice(2));
