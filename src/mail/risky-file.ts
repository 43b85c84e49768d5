/**
 * Attached files that a double click would run. The last extension and the content type decide, whichever of them
 * says so; what is inside archives is not looked at. Not a virus scanner: it knows names, not contents.
 */
import { extensionOf, type NamedFile } from './file-name.ts';

/**
 * What big mail services do not carry (programs, scripts, installers, disk images, shortcuts) and documents with
 * macros. An entry with a dot in front is an extension, one with a slash a content type.
 */
export const RISKY_TYPES: readonly string[] = [
  ...(
    '.ade .adp .apk .appref-ms .application .appx .appxbundle .bat .cab .chm .cmd .com .cpl .diagcab .dll .dmg .docm .dotm ' +
    '.exe .gadget .hta .img .inf .ins .iso .isp .jar .jnlp .js .jse .lnk .mde .mjs .msc .msi .msix .msixbundle .msp .mst .nsh ' +
    '.pif .pptm .ps1 .ps1xml .psc1 .psm1 .reg .scf .scr .sct .shb .sys .url .vb .vbe .vbs .vhd .vhdx .vxd .ws .wsc .wsf .wsh ' +
    '.xlam .xll .xlsm .xltm'
  ).split(' '),
  'application/hta',
  'application/java-archive',
  'application/vnd.microsoft.portable-executable',
  'application/x-dosexec',
  'application/x-ms-shortcut',
  'application/x-msdos-program',
  'application/x-msdownload',
  'application/x-msi',
];

/** Positions of the risky files among `files`. */
export function riskyFiles(files: readonly NamedFile[], riskyTypes: readonly string[]): number[] {
  if (files.length === 0) return [];
  const types = new Set(riskyTypes.map((type) => type.toLowerCase()));
  return files.flatMap(({ filename, contentType }, position) => {
    const extension = filename === null ? '' : extensionOf(filename);
    return types.has(contentType) || (extension !== '' && types.has(`.${extension}`)) ? [position] : [];
  });
}
