// What `npm run try-package` type-checks with `strict` beside the installed package.
import { learn, load, type Inspection, type Model } from 'fsad';

const model: Model = await learn(['good/1.jpg', 'good/2.jpg']);
const { score, defective, map }: Inspection = await model.inspect('new.jpg');
const words: string = defective ? `${score} ${map?.width}` : 'good';
await model.save(words);
for await (const found of (await load('model')).inspectAll(['a.png'])) found.raw.value.toFixed(1);
// @ts-expect-error: a number is no picture
await model.inspect(3);
