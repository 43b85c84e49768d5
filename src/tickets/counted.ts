/** Numbers with their word, as a person would say them. */

/** `1 mail`, `2 mails`. `many`: where an s does not do. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
