import { MlflowError } from './errors.ts';
import { checkName } from './limits.ts';
import type { Run } from './wire.ts';

const proxyPath = '/api/2.0/mlflow-artifacts/artifacts';

/** Where a run's artefact lies behind the server. @throws MlflowError when the server does not carry artefacts itself */
export function artifactPath(run: Run, serverUri: string, path: string): string {
  checkName('artefact path', path);
  const match = /^mlflow-artifacts:(?:\/\/([^/]*))?\/(.*)$/.exec(run.artifactUri);
  if (!match) {
    throw new MlflowError(
      `run ${run.id} keeps its artefacts at ${run.artifactUri || 'an unknown place'}, which only programs with access to it can write; ` +
        'start the server with --serve-artifacts (and no --default-artifact-root) to send artefacts through it',
      { code: 'ARTIFACTS_NOT_SERVED' },
    );
  }
  const [, host, folder] = match;
  if (host && host !== new URL(serverUri).host) {
    throw new MlflowError(
      `run ${run.id} keeps its artefacts on another server, ${host}; nothing is sent there`,
      {
        code: 'ARTIFACTS_NOT_SERVED',
      },
    );
  }
  const parts = `${folder}/${path}`.split('/').filter((part) => part !== '');
  return `${proxyPath}/${parts.map(encodeURIComponent).join('/')}`;
}
