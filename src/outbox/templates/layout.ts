/**
 * The frame of every HTML mail: one column, readable in 320 pixels, in dark mode, and with images off (there are
 * none). Styles stand in the tags, because half of the mail programs drop a style sheet, and Outlook for Windows gets
 * a table of a fixed width, because it knows no largest one. All colours together have a contrast of 4.5 or more.
 */

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

export const LAYOUT = `<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>{{ subject }}</title>
<style>
  :root { color-scheme: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background-color: #14171a !important; }
    .card { background-color: #1f2429 !important; border-color: #363d44 !important; }
    .card td, .card p, .card li, .card h1 { color: #e6e9ec !important; }
    .soft, .card .soft { color: #a9b3bc !important; }
    .line { border-color: #363d44 !important; }
    .id, .id td { background-color: #263a4d !important; }
    .id td, .id p, .id h1 { color: #d7eafc !important; }
    .alert, .alert td { background-color: #4a1f1c !important; }
    .alert td, .alert p, .alert h1 { color: #ffd9d4 !important; }
    .card a { color: #7cc0f5 !important; }
  }
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f3f5f7;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#f3f5f7;">
{% if marker != "" %}<tr><td align="center" class="soft" style="padding:12px 16px 0;${FONT}font-size:12px;line-height:1.4;color:#5a6570;">{{ marker }}</td></tr>
{% endif %}<tr><td align="center" style="padding:12px;">
<!--[if mso]><table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="max-width:560px;background-color:#ffffff;border:1px solid #dde2e6;border-radius:8px;">
<tr><td align="left" style="padding:24px;${FONT}font-size:16px;line-height:1.5;color:#1d2329;word-break:break-word;">
{{ body }}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
`;
