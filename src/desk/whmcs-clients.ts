/**
 * Rows of a WHMCS clients export as accounts: the table `tblclients` as CSV (`id, firstname, lastname, companyname,
 * email, status, language`) or the report Clients (`ID, First Name, …`). Other columns are left alone.
 *
 * WHMCS calls a client that has nothing active Inactive; here that is `suspended`: by default such a client may still
 * write. Pure.
 */

/** A column's name as both exports spell it: `First Name` and `firstname` are one. */
export function whmcsColumn(name: string): string {
  return name.toLowerCase().replace(/[\s_]+/g, '');
}

export const WHMCS_COLUMNS = ['id', 'firstname', 'lastname', 'companyname', 'email', 'status', 'language'] as const;
export const WHMCS_REQUIRED = ['id', 'email'] as const;

const STATES: Readonly<Record<string, string>> = { active: 'active', inactive: 'suspended', closed: 'closed' };
const SPOKEN: Readonly<Record<string, string>> = { spanish: 'es', english: 'en' };

/** `numbers` is what an account number looks like, with `{id}` in it: `C-{id}`. Cells by `whmcsColumn` name. */
export function whmcsAccount(cells: Readonly<Record<string, string>>, numbers: string): Record<string, unknown> {
  const { id = '', firstname = '', lastname = '', companyname = '', email = '', status = '', language = '' } = cells;
  const person = `${firstname} ${lastname}`.trim();
  const state = status === '' ? undefined : (STATES[status.toLowerCase()] ?? status);
  const spoken = SPOKEN[language.toLowerCase()];
  return {
    number: numbers.replace('{id}', id),
    name: companyname === '' ? person || email : companyname,
    ...(state === undefined ? {} : { state }),
    ...(spoken === undefined ? {} : { language: spoken }),
    contacts: email === '' ? [] : [{ address: email, ...(person === '' ? {} : { name: person }) }],
  };
}
