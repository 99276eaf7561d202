import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionFromEnvironment } from '../src/index.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fsad-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const read = (
  environment: Record<string, string>,
  uri = 'http://h:5000/',
): ReturnType<typeof connectionFromEnvironment> => connectionFromEnvironment(environment, uri, home);

describe('a connection from the environment', () => {
  it('takes the address from MLFLOW_TRACKING_URI, the argument before it', () => {
    const environment = { MLFLOW_TRACKING_URI: 'http://h:5000/mlflow/' };
    expect(connectionFromEnvironment(environment).uri).toBe('http://h:5000/mlflow');
    expect(connectionFromEnvironment(environment, 'https://other').uri).toBe('https://other');
  });

  it.each([undefined, '', 'sqlite:///mlflow.db', './mlruns', 'databricks'])(
    'refuses %s and says what to give',
    (uri) => {
      expect(() => connectionFromEnvironment({}, uri, home)).toThrow(/tracking-uri|not an http/);
    },
  );

  it('prefers a password to a token', () => {
    const token = { MLFLOW_TRACKING_TOKEN: 't' };
    expect(read(token).authorization).toBe('Bearer t');
    const both = { ...token, MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p:w' };
    expect(read(both).authorization).toBe(basic('u:p:w'));
    expect(read({}).authorization).toBeUndefined();
  });

  it('takes credentials out of the address', () => {
    const { uri, authorization } = read({}, 'http://u:p%40@h:5000');
    expect(uri).toBe('http://h:5000');
    expect(authorization).toBe(basic('u:p@'));
  });

  it.each([
    'postgresql://me:secret@h/db',
    'http://me:se/cret@h:5000',
    'http://me:12/secret@h:5000',
    'http://me:12#secret@h:5000',
    'http:me:secret@h:5000',
    'me:secret@h:5000',
    'http://me:%zzsecret@h:5000',
  ])('refuses %s without the password in the message', (uri) => {
    const refused = (): unknown => read({}, uri);
    expect(refused).toThrow(/^tracking URI ".*h(:5000|\/db)?" .*write % @/);
    expect(refused).not.toThrow(/secret|cret@|me:/);
  });

  it('reads ~/.mlflow/credentials, the environment before it', () => {
    mkdirSync(join(home, '.mlflow'));
    const text =
      '# mine\n[other]\nmlflow_tracking_username = x\n[mlflow]\nmlflow_tracking_username = a\nmlflow_tracking_password = b=c\n';
    writeFileSync(join(home, '.mlflow/credentials'), text);
    expect(read({}).authorization).toBe(basic('a:b=c'));
    expect(read({ MLFLOW_TRACKING_PASSWORD: 'q' }).authorization).toBe(basic('a:q'));
  });

  it('reads certificates, and refuses them together with insecure TLS', () => {
    const path = join(home, 'ca.pem');
    writeFileSync(path, 'PEM');
    expect(read({ MLFLOW_TRACKING_SERVER_CERT_PATH: path }).certificates).toBe('PEM');
    expect(read({ MLFLOW_TRACKING_INSECURE_TLS: 'true' }).insecureTls).toBe(true);
    const both = { MLFLOW_TRACKING_SERVER_CERT_PATH: path, MLFLOW_TRACKING_INSECURE_TLS: 'true' };
    expect(() => read(both)).toThrow(/not both/);
    expect(() => read({ MLFLOW_TRACKING_SERVER_CERT_PATH: join(home, 'none') })).toThrow(/CERT_PATH/);
    expect(() => read({ MLFLOW_TRACKING_INSECURE_TLS: 'maybe' })).toThrow(/true or false/);
  });

  it('reads the retry settings within the bounds of the Python client', () => {
    expect(read({}).retry).toMatchObject({
      maxRetries: 7,
      backoffFactor: 2,
      backoffJitter: 1,
      timeoutMs: 120_000,
    });
    expect(
      read({ MLFLOW_HTTP_REQUEST_TIMEOUT: '5', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2' }).retry,
    ).toMatchObject({
      maxRetries: 2,
      timeoutMs: 5000,
    });
    expect(() => read({ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '10' })).toThrow(/from 0 to 9/);
    expect(() => read({ MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '120' })).toThrow(/from 0 to 119/);
  });
});
