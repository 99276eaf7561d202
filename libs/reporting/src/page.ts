import { createHash } from 'node:crypto';
import { html, Html } from './html.ts';
import { pageStyle } from './page-style.ts';

/**
 * A whole HTML document around `body`: it carries its style and pictures, and its content policy forbids every request to
 * elsewhere and every script but the one given.
 * @param style rules of this page alone, added to the common ones
 * @param script run at the end of the page; none when left out
 */
export function htmlPage(title: string, body: Html, style = '', script = ''): string {
  const digest = createHash('sha256').update(script).digest('base64');
  const scripts = script === '' ? '' : `; script-src 'sha256-${digest}'`;
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'${new Html(scripts)}"
        />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${new Html(pageStyle + style)}
        </style>
      </head>
      <body>
        <main>${body}</main>
        ${script === '' ? null : new Html(`<script>${script}</script>`)}
      </body>
    </html>`.markup
  }\n`;
}
