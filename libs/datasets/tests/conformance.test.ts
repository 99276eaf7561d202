import { openDataset } from '../src/index.ts';
import { datasetConformance } from '../src/conformance.ts';
import { fakeCifar, fakeMnist, fakeMvtec, fakeParis, temporaryFolder, writePng } from './fakes.ts';

const root = await temporaryFolder();
const mnist = await fakeMnist(`${root}/mnist`);
datasetConformance('mnist', '3', () => openDataset('mnist', { path: mnist }));

const fashion = await fakeMnist(`${root}/fashion-mnist/raw`, { gzip: false });
datasetConformance('fashion-mnist', 'dress', () => openDataset('fashion-mnist', { path: fashion }));

const cifar = await fakeCifar(`${root}/cifar10`, ['data_batch_2.bin', 'test_batch.bin'], 60);
datasetConformance('cifar10', 'cat', () => openDataset('cifar10', { path: cifar }));

const mvtec = await fakeMvtec(`${root}/mvtec`, ['grid', 'screw']);
datasetConformance('mvtec', 'grid', () => openDataset('mvtec', { path: mvtec }));

const names = ['louvre', 'eiffel'].flatMap((landmark) =>
  [1, 2, 3, 4].map((i) => `paris_${landmark}_00000${i}`),
);
const paris = await fakeParis(`${root}/paris`, names, { louvre: names.slice(0, 4), eiffel: names.slice(4) });
for (const normal of ['ok', 'landmark']) {
  datasetConformance(`paris, normal=${normal}`, 'louvre', () =>
    openDataset('paris', { path: paris, options: { normal } }),
  );
}

const folder = `${root}/folder`;
for (const name of ['good/a.png', 'good/b.png', 'good/c.png', 'good/d.png', 'bad/e.png'])
  await writePng(folder, name, 1);
datasetConformance('folder', 'normal', () => openDataset('folder', { path: folder }));

datasetConformance('generated', 'surface', () => openDataset('generated'));
datasetConformance('generated part', 'part', () => openDataset('generated'));
datasetConformance('generated shapes', 'star', () => openDataset('generated'));
