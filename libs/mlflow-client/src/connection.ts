import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseAddress } from './address.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry.ts';

/** Where a server is and how to speak to it. */
export interface Connection {
  /** Without credentials and without a slash at the end. */
  readonly uri: string;
  /** Value of the Authorization header. */
  readonly authorization?: string;
  readonly insecureTls?: boolean;
  /** Certificate authorities in PEM. */
  readonly certificates?: string;
  readonly retry: RetryPolicy;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables of the MLflow clients: MLFLOW_TRACKING_URI (unless `uri` is given), _USERNAME and _PASSWORD or _TOKEN
 * (the former win; `~/.mlflow/credentials` fills in), _INSECURE_TLS, _SERVER_CERT_PATH, MLFLOW_HTTP_REQUEST_*.
 * @throws Error naming the variable that is missing or makes no sense
 */
export function connectionFromEnvironment(
  environment: Environment = process.env,
  uri: string | undefined = environment.MLFLOW_TRACKING_URI,
  home = homedir(),
): Connection {
  const { address, credentials } = parseUri(uri);
  const insecureTls = flag(environment, 'MLFLOW_TRACKING_INSECURE_TLS');
  const certificatePath = environment.MLFLOW_TRACKING_SERVER_CERT_PATH;
  if (insecureTls && certificatePath) {
    throw new Error('set MLFLOW_TRACKING_INSECURE_TLS or MLFLOW_TRACKING_SERVER_CERT_PATH, not both');
  }
  return {
    uri: address,
    authorization: authorization(environment, credentials, home),
    insecureTls,
    certificates: certificatePath ? readCertificates(certificatePath) : undefined,
    retry: retryPolicy(environment),
  };
}

function parseUri(uri: string | undefined): { address: string; credentials?: [string, string] } {
  if (!uri) {
    throw new Error(
      'no MLflow server given; pass --tracking-uri http://host:port or set MLFLOW_TRACKING_URI',
    );
  }
  const {
    uri: address,
    user,
    password,
  } = parseAddress('tracking URI', uri, {
    schemes: ['http:', 'https:'],
    wanted:
      'is not an http:// or https:// address; folders and databases need a server in front: mlflow server --backend-store-uri ...',
  });
  return { address, credentials: user === null ? undefined : [user, password ?? ''] };
}

/** Basic wins over a token, as in the Python client. */
function authorization(
  environment: Environment,
  fromUri: [string, string] | undefined,
  home: string,
): string | undefined {
  const file = readCredentials(join(home, '.mlflow', 'credentials'));
  const username = environment.MLFLOW_TRACKING_USERNAME ?? file.mlflow_tracking_username;
  const password = environment.MLFLOW_TRACKING_PASSWORD ?? file.mlflow_tracking_password;
  const basic = fromUri ?? (username && password ? [username, password] : undefined);
  if (basic) return `Basic ${Buffer.from(basic.join(':')).toString('base64')}`;
  const token = environment.MLFLOW_TRACKING_TOKEN;
  return token ? `Bearer ${token}` : undefined;
}

/** The keys of section `[mlflow]` of an INI file; none for a missing file. */
function readCredentials(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  const found: Record<string, string> = {};
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[(.+)\]\s*$/.exec(line);
    const entry = /^\s*([^#;=:\s]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (heading) section = heading[1];
    else if (entry && section === 'mlflow') found[entry[1].toLowerCase()] = entry[2];
  }
  return found;
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`MLFLOW_TRACKING_SERVER_CERT_PATH: ${(error as Error).message}`, { cause: error });
  }
}

function flag(environment: Environment, name: string): boolean {
  const value = environment[name]?.toLowerCase() ?? '';
  if (['true', '1'].includes(value)) return true;
  if (['', 'false', '0'].includes(value)) return false;
  throw new Error(`${name} is ${JSON.stringify(environment[name])}; it must be true or false`);
}

function retryPolicy(environment: Environment): RetryPolicy {
  const read = (name: string, initial: number, low: number, high: number): number => {
    const text = environment[`MLFLOW_HTTP_REQUEST_${name}`];
    if (text === undefined || text === '') return initial;
    const value = Number(text);
    if (value >= low && value <= high) return value;
    throw new Error(
      `MLFLOW_HTTP_REQUEST_${name} is ${JSON.stringify(text)}; it must be a number from ${low} to ${high}`,
    );
  };
  const initial = defaultRetryPolicy;
  return {
    ...initial,
    maxRetries: Math.floor(read('MAX_RETRIES', initial.maxRetries, 0, 9)),
    backoffFactor: read('BACKOFF_FACTOR', initial.backoffFactor, 0, 119),
    backoffJitter: read('BACKOFF_JITTER', initial.backoffJitter, 0, 119),
    timeoutMs: read('TIMEOUT', initial.timeoutMs / 1000, 0.001, 86_400) * 1000,
  };
}
