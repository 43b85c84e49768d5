/**
 * What the other side says may repeat what we told it: some smarthosts quote the log-in that they refuse. Their words go
 * to the log, the database and the screen; the password must not.
 */

/** Replaces the password wherever it stands: as it is, and as the log-in mechanisms send it (RFC 4616, LOGIN). */
export function secretsHidden(user: string | null, password: string | null): (text: string) => string {
  if (password === null || password === '') return (text) => text;
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const forms = [encoded(`\u0000${user ?? ''}\u0000${password}`), encoded(password), password];
  return (text) => forms.reduce((hidden, form) => hidden.replaceAll(form, '[hidden]'), text);
}
