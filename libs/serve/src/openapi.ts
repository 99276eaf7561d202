import type { Limits } from './limits.ts';
import { REFUSALS } from './refusal.ts';

/** The service in OpenAPI 3.1. */
export function describeService(limits: Limits): object {
  const picture = { schema: { type: 'string', format: 'binary' } };
  return {
    openapi: '3.1.0',
    info: {
      title: 'fsad serve',
      version: '1.0.0',
      description:
        `Says of a picture whether it is defective. At most ${limits.bytes} bytes and ${limits.pixels} pixels a picture, ${limits.seconds} seconds a request, ` +
        `${limits.requests} requests at once.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [],
    paths: {
      '/inspect': {
        post: {
          operationId: 'inspect',
          summary: 'Look at one picture',
          parameters: [
            {
              name: 'map',
              in: 'query',
              description: 'Also where the picture differs, as a PNG in the answer',
              schema: { type: 'string', enum: ['png'] },
            },
          ],
          requestBody: {
            required: true,
            description:
              'A PNG, JPEG, WebP, TIFF, GIF or BMP file, told by its content; or a form with one file of any name',
            content: {
              'image/png': picture,
              'image/jpeg': picture,
              'image/*': picture,
              'application/octet-stream': picture,
              'multipart/form-data': {
                schema: { type: 'object', properties: { picture: { type: 'string', format: 'binary' } } },
              },
            },
          },
          responses: { 200: json('What was found', 'Inspection'), ...refusals() },
        },
      },
      '/health': {
        get: {
          operationId: 'health',
          summary: 'Whether the service answers, and with what',
          responses: { 200: json('It answers', 'Health'), 503: json('It is ending', 'Error') },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'describe',
          summary: 'This description',
          responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } },
        },
      },
    },
    components: { schemas },
  };
}

const number = { type: 'number' };

const schemas = {
  Inspection: {
    type: 'object',
    required: ['score', 'defective', 'threshold', 'raw', 'milliseconds'],
    properties: {
      score: { type: ['number', 'null'], description: '0 to 1; null for a model without calibration' },
      defective: { type: ['boolean', 'null'], description: 'Whether the score is above the threshold' },
      threshold: { type: ['number', 'null'] },
      raw: { ...number, description: "The method's own score, higher is more anomalous" },
      milliseconds: { ...number, description: 'From the whole picture to its score, waiting included' },
      map: {
        description: 'With ?map=png alone; null for a method without maps',
        oneOf: [
          {
            type: 'object',
            required: ['width', 'height', 'low', 'high', 'png'],
            properties: {
              width: { type: 'integer' },
              height: { type: 'integer' },
              low: { ...number, description: 'What black means: 0, or the lowest value without calibration' },
              high: {
                ...number,
                description: 'What white means: 1, or the highest value without calibration',
              },
              png: { type: 'string', contentEncoding: 'base64', contentMediaType: 'image/png' },
            },
          },
          { type: 'null' },
        ],
      },
    },
  },
  Health: {
    type: 'object',
    required: ['status', 'method', 'engine', 'threshold', 'caveats', 'requests'],
    properties: {
      status: { const: 'ok' },
      method: { type: 'string' },
      engine: { type: 'string' },
      threshold: number,
      caveats: { type: 'array', items: { type: 'string' } },
      requests: { type: 'integer', description: 'Under way or waiting' },
    },
  },
  Error: {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: { enum: Object.keys(REFUSALS) }, message: { type: 'string' } },
      },
    },
  },
};

function json(description: string, schema: keyof typeof schemas): object {
  return {
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

/** One response a status, with the codes it carries. */
function refusals(): Record<number, object> {
  const words: Record<number, string> = {};
  for (const [code, [status, meaning]] of Object.entries(REFUSALS)) {
    words[status] = [...(words[status] ? [words[status]] : []), `${code}: ${meaning}`].join('\n\n');
  }
  return Object.fromEntries(Object.entries(words).map(([status, text]) => [status, json(text, 'Error')]));
}
