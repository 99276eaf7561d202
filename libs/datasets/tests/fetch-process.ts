/** Fetches CIFAR-10 as a process of its own: arguments are the data directory and a source as JSON. Run by fetch.test.ts. */
import { fetchDataset, type DatasetSource } from '../src/index.ts';

const [dataDir, source] = process.argv.slice(2);
const { already } = await fetchDataset({
  name: 'cifar10',
  dataDir,
  source: JSON.parse(source) as DatasetSource,
  onProgress: () => process.stderr.write('.'),
});
process.stdout.write(JSON.stringify({ already }));
