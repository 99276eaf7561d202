import { MlflowError } from './errors.ts';
import type { Http } from './http.ts';
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

export interface ArtifactInfo {
  readonly path: string;
  readonly directory: boolean;
  /** Null for a folder. */
  readonly bytes: number | null;
}

/** Lists a folder of a run's artefacts. @throws MlflowError */
export async function listArtifacts(http: Http, runId: string, folder?: string): Promise<ArtifactInfo[]> {
  const found: ArtifactInfo[] = [];
  for (let token: string | undefined; ;) {
    const page = await http.json<{
      files?: { path: string; is_dir?: boolean; file_size?: number | string }[];
      next_page_token?: string;
    }>({
      method: 'GET',
      path: '/api/2.0/mlflow/artifacts/list',
      query: { run_id: runId, path: folder, page_token: token },
    });
    for (const { path, is_dir: directory = false, file_size: bytes } of page.files ?? []) {
      found.push({ path, directory, bytes: directory ? null : Number(bytes ?? 0) });
    }
    if (!page.next_page_token) return found;
    token = page.next_page_token;
  }
}
