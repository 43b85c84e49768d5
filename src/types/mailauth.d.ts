// The package's own entry also loads BIMI: an HTTP client, certificates, XML; two megabytes that mail needs nothing of.
// Its types describe the entry only.
declare module 'mailauth/lib/dkim/sign.js' {
  export { dkimSign } from 'mailauth';
}
declare module 'mailauth/lib/dkim/verify.js' {
  export { dkimVerify } from 'mailauth';
}
declare module 'mailauth/lib/spf/index.js' {
  export { spf } from 'mailauth';
}
