// libmime ships no types; only what the project uses is declared.
declare module 'libmime' {
  interface Libmime {
    /** Decodes all encoded words (RFC 2047) in a header value. */
    decodeWords(value: string): string;
  }
  const libmime: Libmime;
  export default libmime;
}
