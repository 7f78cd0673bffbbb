import { assetFolder } from './assets.ts';

/** The page runs nothing but the files below, and asks nobody but us. */
export const referencePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

// Relative, so that the page works under a path of a proxy too.
const folder = assetFolder.slice(1);

/** The API reference: the description, made readable, with requests to try. */
export const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Drover API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${folder}/swagger-ui.css">
<script defer src="${folder}/swagger-ui-bundle.js"></script>
<script defer src="${folder}/start.js"></script>
</head>
<body>
<div id="reference"></div>
<noscript><p>This page needs JavaScript. The description itself is at
<a href="openapi.json">openapi.json</a>.</p></noscript>
</body>
</html>
`;
