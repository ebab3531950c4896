/**
 * The two templates of every mail. Eta escapes whatever `<%= %>` inserts; nothing is inserted raw. The HTML has its styles on the
 * elements, since many mail programs drop style sheets; what only newer ones read (dark colours) stands in one. Nothing is loaded
 * from anywhere: no images, no fonts, so that opening a mail tells nobody anything.
 */

/** HTML. */
export const htmlTemplate: string = `<!doctype html>
<html lang="<%= it.texts.locale %>" dir="<%= it.texts.direction %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title><%= it.subject %></title>
<style>
body { margin: 0; }
@media (prefers-color-scheme: dark) {
  .ground { background: #14171a !important; }
  .card { background: #1c2024 !important; border-color: #363c43 !important; }
  .ink { color: #eceef0 !important; }
  .quiet { color: #b3bac2 !important; }
  .button { background: #5fd0bf !important; color: #062521 !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#fbfaf7;">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#fbfaf7;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;">
<tr><td class="quiet" style="padding:0 4px 12px;font:600 15px/1.5 system-ui,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic',sans-serif;color:#565d66;text-align:<%= it.start %>;"><bdi><%= it.organisation %></bdi></td></tr>
<tr><td class="card ink" style="padding:24px;border:1px solid #dfe1e4;border-radius:12px;background:#ffffff;color:#1d2126;font:16px/1.6 system-ui,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic',sans-serif;text-align:<%= it.start %>;overflow-wrap:anywhere;">
<p style="margin:0 0 16px;"><%= it.greeting %></p>
<% for (const paragraph of it.paragraphs) { %><p style="margin:0 0 16px;"><%= paragraph %></p>
<% } %><table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px;"><tr><td>
<a class="button" href="<%= it.link %>" style="display:inline-block;padding:14px 24px;border-radius:8px;background:#0b5c53;color:#ffffff;font-weight:700;text-decoration:none;"><%= it.button %></a>
</td></tr></table>
<% for (const note of it.notes) { %><p style="margin:0 0 12px;"><%= note %></p>
<% } %><% if (it.reject !== undefined) { %><p style="margin:0 0 12px;"><%= it.reject.question %> <a class="ink" href="<%= it.reject.link %>" style="color:#1d2126;"><%= it.reject.label %></a></p>
<% } %><p class="quiet" style="margin:16px 0 0;color:#565d66;font-size:14px;"><%= it.texts.copyLink %><br><a class="quiet" href="<%= it.link %>" dir="ltr" style="color:#565d66;word-break:break-all;"><%= it.link %></a></p>
</td></tr>
<tr><td class="quiet" style="padding:16px 4px 0;font:14px/1.5 system-ui,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic',sans-serif;color:#565d66;text-align:<%= it.start %>;"><%= it.footer %><% if (it.rights !== undefined) { %> <a class="quiet" href="<%= it.rights.link %>" style="color:#565d66;"><%= it.rights.label %></a><% } %></td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;

/** Plain text. */
export const textTemplate: string = `<%= it.greeting %>


<% for (const paragraph of it.paragraphs) { %><%= paragraph %>


<% } %><%= it.button %>
<%= it.link %>


<% for (const note of it.notes) { %><%= note %>

<% } %><% if (it.reject !== undefined) { %>

<%= it.reject.question %> <%= it.reject.label %>
<%= it.reject.link %>

<% } %>

--\u0020
<%= it.footer %>
<% if (it.rights !== undefined) { %>
<%= it.rights.label %>
<%= it.rights.link %>

<% } %>
`;
