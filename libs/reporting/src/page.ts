import { html, Html } from './html.ts';
import { pageStyle } from './page-style.ts';

/**
 * A whole HTML document around `body`: it carries its style and pictures, runs no script, and its content policy forbids
 * every request to elsewhere.
 * @param style rules of this page alone, added to the common ones
 */
export function htmlPage(title: string, body: Html, style = ''): string {
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${new Html(pageStyle + style)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`.markup
  }\n`;
}
