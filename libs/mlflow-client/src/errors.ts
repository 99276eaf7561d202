import { shownAddress } from './address.ts';

/** What went wrong between us and an MLflow server, as a sentence for the person at the keyboard. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** The server's `error_code` (`RESOURCE_DOES_NOT_EXIST`), or the system's (`ECONNREFUSED`, `ETIMEDOUT`). */
  readonly code: string | null;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds the server asked to wait. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    facts: {
      status?: number;
      code?: string | null;
      retryable?: boolean;
      retryAfterMs?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: facts.cause });
    this.status = facts.status ?? null;
    this.code = facts.code ?? null;
    this.retryable = facts.retryable ?? false;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

const retryableStatuses = new Set([408, 429, 500, 502, 503, 504]);

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** The error that an answer with status 300 or more stands for. `what` names the request, e.g. `POST runs/create`. */
export function errorOfAnswer(uri: string, what: string, answer: Answer, now: number): MlflowError {
  const { status, headers } = answer;
  const { code, message } = serverWords(answer);
  const facts = {
    status,
    code,
    retryable: retryableStatuses.has(status),
    retryAfterMs: parseRetryAfter(headers['retry-after'], now),
  };
  const said = message ? `: ${message}` : '';
  if (status < 400) {
    const target = headers.location ? ` to ${shownAddress(headers.location)}` : '';
    return new MlflowError(
      `the server at ${uri} redirects ${what}${target}; give the address it redirects to as tracking URI`,
      facts,
    );
  }
  if (status === 401) {
    return new MlflowError(
      `the MLflow server at ${uri} wants credentials or refuses those given (401 on ${what}); ` +
        'set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN',
      facts,
    );
  }
  if (status === 403 && code === null && /host/i.test(message)) {
    return new MlflowError(
      `the MLflow server at ${uri} does not accept the host name "${new URL(uri).host}" (403${said}); ` +
        `start it with --allowed-hosts or MLFLOW_SERVER_ALLOWED_HOSTS naming it, or use its IP address`,
      facts,
    );
  }
  if (status === 403) {
    return new MlflowError(`the MLflow server at ${uri} does not allow ${what}${said} (403)`, facts);
  }
  return new MlflowError(
    `the MLflow server at ${uri} answered ${status}${code ? ` ${code}` : ''} to ${what}${said}`,
    facts,
  );
}

/** The server's code and words; of a web page only its title. */
function serverWords({ body, headers }: Answer): { code: string | null; message: string } {
  try {
    const parsed = JSON.parse(body) as { error_code?: unknown; message?: unknown; detail?: unknown };
    const message = parsed.message ?? parsed.detail ?? '';
    return {
      code: typeof parsed.error_code === 'string' ? parsed.error_code : null,
      message: shorten(typeof message === 'string' ? message : JSON.stringify(message)),
    };
  } catch {
    const isPage = /html/.test(headers['content-type'] ?? '') || /^\s*</.test(body);
    const title = /<title>([^<]*)<\/title>/i.exec(body)?.[1];
    return {
      code: null,
      message: isPage ? shorten(`a web page${title ? ` "${title.trim()}"` : ''}`) : shorten(body),
    };
  }
}

const shorten = (text: string): string => {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
};

/** `Retry-After` in seconds or as an HTTP date, in milliseconds from `now`. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The error for a request that got no answer. `cause` comes from axios or Node. */
export function errorOfSilence(uri: string, what: string, cause: unknown, timeoutMs: number): MlflowError {
  const code = deepCode(cause);
  const facts = { code, retryable: !certificateCodes.test(code ?? ''), cause };
  if (code === 'ETIMEDOUT') {
    return new MlflowError(
      `the MLflow server at ${uri} did not answer ${what} within ${timeoutMs / 1000} s`,
      facts,
    );
  }
  if (code === 'ECONNREFUSED') {
    return new MlflowError(`no MLflow server answers at ${uri} (connection refused); is it running?`, facts);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new MlflowError(`the host of ${uri} is not known (${code}); check the tracking URI`, facts);
  }
  if (!facts.retryable) {
    return new MlflowError(
      `the certificate of ${uri} is not trusted (${code}); give its authority in MLFLOW_TRACKING_SERVER_CERT_PATH`,
      facts,
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MlflowError(`the connection to ${uri} broke during ${what} (${code ?? why})`, facts);
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

function deepCode(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const { code, name } = cause as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || code === 'ECONNABORTED') return 'ETIMEDOUT';
  return (typeof code === 'string' && code !== 'ERR_CANCELED' ? code : null) ?? deepCode(cause.cause);
}
