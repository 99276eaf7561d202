// What `npm run try-package` runs in an empty folder that has the package: the three lines of the README, and what must hold of them.
import { learn, load } from 'fsad';

const model = await learn(['good/1.jpg', 'good/2.jpg']);
const { score, defective, map } = await model.inspect('new.jpg');
await model.save('model');
const again = await load('model');

const good = await model.inspect('good/1.jpg');
if (score === null || !(score > good.score) || !defective || good.defective || !map) {
  throw new Error(
    `the defect scored ${score} (${defective}), what was learned ${good.score} (${good.defective})`,
  );
}
if ((await again.inspect('new.jpg')).score !== score) throw new Error('the loaded model scores otherwise');
again.dispose();
model.dispose();
console.log(JSON.stringify({ method: model.method, engine: model.engine, score, good: good.score }));
