/**
 * Domains where anybody can have an address. A whole-domain contact on one of them would let in the world.
 */
const FREE_MAIL = new Set(
  `gmail.com googlemail.com outlook.com outlook.es hotmail.com hotmail.es hotmail.fr hotmail.it hotmail.co.uk hotmail.com.ar
  live.com live.com.mx live.com.ar msn.com yahoo.com yahoo.es yahoo.com.mx yahoo.com.ar yahoo.com.br yahoo.fr yahoo.it yahoo.co.uk
  ymail.com rocketmail.com icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me tutanota.com tuta.io gmx.com gmx.es
  gmx.net gmx.de web.de mail.com mail.ru yandex.com yandex.ru zoho.com fastmail.com hey.com terra.es terra.com terra.com.br
  telefonica.net movistar.es ono.com orange.es orange.fr wanadoo.fr free.fr laposte.net libero.it virgilio.it tiscali.it
  bol.com.br uol.com.br t-online.de qq.com 163.com 126.com`
    .split(/\s+/)
    .filter((domain) => domain !== ''),
);

export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain);
}
