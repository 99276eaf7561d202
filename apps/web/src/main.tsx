import { render } from 'preact';
import { App } from './view/app.tsx';
import { keepOffline } from './offline.ts';

render(<App />, document.getElementById('page')!);
void keepOffline();
