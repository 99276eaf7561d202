export { FakeMlflow, type FakePoint, type FakeRun } from './fake-mlflow.ts';
export { startFakeServer, type Fault, type FaultKind, type FakeServer } from './fake-server.ts';
