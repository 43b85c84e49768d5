/**
 * The frame of every HTML mail: one column, readable in 320 pixels, in dark mode, and with images off (there are
 * none). Styles stand in the tags, because half of the mail programs drop a style sheet.
 */

export const LAYOUT = `<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{ subject }}</title>
<style>
  @media (prefers-color-scheme: dark) {
    .page { background: #14171a !important; }
    .card { background: #1f2429 !important; border-color: #363d44 !important; }
    .card, .card td, .card p, .card li { color: #e6e9ec !important; }
    .soft { color: #a3adb6 !important; }
    .id { background: #263a4d !important; color: #cfe6fb !important; }
    .card a { color: #7cc0f5 !important; }
  }
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f5f7;">
<div class="soft" style="padding:12px 16px 0;text-align:center;font:12px/1.4 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#66717b;">{{ marker }}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page" style="background:#f3f5f7;">
<tr><td align="center" style="padding:12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card" style="max-width:560px;background:#ffffff;border:1px solid #dde2e6;border-radius:8px;">
<tr><td style="padding:24px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1d2329;">
{{ body }}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
