/* The frame around every page: head, bar, footer. */
import { text } from './html.ts';

export type Page = {
  title: string;
  description: string;
  /** Where the root of the site is from here: '', '../' or '/'. */
  root: string;
  /** Which link of the bar leads here. */
  here?: 'docs';
  body: string;
};

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";
const MARK =
  '<svg viewBox="0 0 26 26" width="26" height="26" aria-hidden="true"><path d="M2 20h6V7h8v8h3" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/><circle cx="21" cy="15" r="3.5" class="mark-bead"/></svg>';

export function layout({ title, description, root, here, body }: Page): string {
  const home = root === '' ? './' : root;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${text(description)}">
<title>${text(title)}</title>
<link rel="icon" type="image/svg+xml" href="${root}icon.svg">
<link rel="stylesheet" href="${root}tokens.css">
<link rel="stylesheet" href="${root}site.css">
<script src="${root}theme.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="${home}" aria-label="Questline, home">${MARK}<span>Questline</span></a>
<nav class="site-nav" aria-label="Site"><a href="${root}docs/index.html"${here === 'docs' ? ' aria-current="true"' : ''}>Documentation</a></nav>
<a class="btn primary open" href="${root}app/index.html">Open the app</a>
</header>
${body}
<footer class="foot"><p>Questline is free software under the MIT licence. This page loads nothing from anywhere else and stores nothing.</p></footer>
</body>
</html>
`;
}
