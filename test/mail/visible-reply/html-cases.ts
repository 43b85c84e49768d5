/** HTML replies in the shape that each client gives them, reduced to what matters; in our own words. */
import type { ReplyRule } from '../../../src/mail/visible-reply.ts';

export interface HtmlReplyCase {
  readonly name: string;
  readonly html: string;
  /** With white space folded. */
  readonly visible: string;
  readonly rule: ReplyRule;
}

export const HTML_CASES: readonly HtmlReplyCase[] = [
  {
    name: 'Gmail',
    html:
      '<div dir="ltr">Ya va, gracias.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">El lun, 3 ene ' +
      '2022 a las 10:00, S (&lt;<a href="mailto:s@orballo.example">s@orballo.example</a>&gt;) escribió:<br></div>' +
      '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">¿Va?</blockquote></div>',
    visible: 'Ya va, gracias.',
    rule: 'quote-header',
  },
  {
    name: 'Gmail, with answers inside its quote element and a signature',
    html:
      '<div class="gmail_quote"><div class="gmail_attr">El lun, 3 ene 2022, S escribió:</div>' +
      '<blockquote class="gmail_quote">¿Modelo?</blockquote><div>El X200.</div><blockquote class="gmail_quote">¿Desde ' +
      'cuándo?</blockquote><div>Desde ayer.</div></div>-- <br><div class="gmail_signature">Marta<br>Cliente S.L.</div>',
    visible: 'El X200. Desde ayer.',
    rule: 'quote-header',
  },
  {
    name: 'Gmail in a language that we do not know',
    html:
      '<div>Funkcias.</div><div class="gmail_quote"><div class="gmail_attr">Je lundo Subteno skribis</div>' +
      '<blockquote class="gmail_quote">Ĉu?</blockquote></div>',
    visible: 'Funkcias.',
    rule: 'quote-header',
  },
  {
    name: 'Gmail, a forwarded mail below a comment',
    html:
      '<div>Os paso esto.</div><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ' +
      '---------<br>De: <strong>Banco</strong> &lt;b@banco.example&gt;<br>Date: lun, 3 ene 2022 a las 10:00<br>Subject: ' +
      'Recibo<br></div><br><div>Adjuntamos el recibo.</div></div>',
    visible: 'Os paso esto.',
    rule: 'forward',
  },
  {
    name: 'Gmail, a forwarded mail without a word',
    html:
      '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>De: Banco ' +
      '&lt;b@banco.example&gt;<br></div><div>Adjuntamos el recibo.</div></div>',
    visible: '---------- Forwarded message --------- De: Banco <b@banco.example> Adjuntamos el recibo.',
    rule: 'forward',
  },
  {
    name: 'Gmail, words typed into the line above a quote that was removed',
    html: '<div class="gmail_quote"><div class="gmail_attr">Hola, Soporte:</div><div>sigue igual.</div></div>',
    visible: 'Hola, Soporte: sigue igual.',
    rule: 'none',
  },
  {
    name: 'Thunderbird',
    html:
      '<p>Sigue igual.</p><div class="moz-cite-prefix">El 3/1/22 a las 10:00, S escribió:<br></div>' +
      '<blockquote type="cite" cite="mid:1@orballo.example"><p>¿Va?</p></blockquote><p>Y ahora tampoco.</p>',
    visible: 'Sigue igual. Y ahora tampoco.',
    rule: 'quote-header',
  },
  {
    name: 'Apple Mail',
    html:
      '<div>Sí.</div><br><div>Enviado desde mi iPhone</div><div><br><blockquote type="cite">El 3 ene 2022, a las 10:00, ' +
      'S &lt;s@orballo.example&gt; escribió:<br><br></blockquote></div><blockquote type="cite"><div>¿Va?</div></blockquote>',
    visible: 'Sí.',
    rule: 'html-quote',
  },
  {
    name: 'Yahoo',
    html:
      '<div>Sí.</div><div id="ydp1yahoo_quoted_77" class="ydp1yahoo_quoted"><div>El lunes, 3 de enero de 2022, 10:00:00 ' +
      'CET, S &lt;s@orballo.example&gt; escribió:</div><div>¿Va?</div></div>',
    visible: 'Sí.',
    rule: 'html-quote',
  },
  {
    name: 'Outlook on the web',
    html:
      '<div>Sí.</div><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>De:</b> S ' +
      '&lt;s@orballo.example&gt;<br><b>Enviado:</b> lunes, 3 de enero de 2022 10:00<br><b>Para:</b> Marta<br>' +
      '<b>Asunto:</b> Avería</div><div>¿Va?</div>',
    visible: 'Sí.',
    rule: 'header-block',
  },
  {
    name: 'Outlook in a language that we do not know',
    html: '<div>Jes.</div><div id="divRplyFwdMsg"><b>El:</b> S<br><b>Sendita je:</b> lundo<br></div><div>Ĉu?</div>',
    visible: 'Jes.',
    rule: 'header-block',
  },
  {
    name: 'Outlook 2019, line drawn as a border',
    html:
      "<p class=MsoNormal>Sí.<o:p></o:p></p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm'>" +
      '<p class=MsoNormal><b>De:</b> S <br><b>Enviado el:</b> lunes, 3 de enero de 2022 10:00<br><b>Para:</b> Marta' +
      '<br><b>Asunto:</b> Avería</p></div><p class=MsoNormal>¿Va?</p>',
    visible: 'Sí.',
    rule: 'header-block',
  },
  {
    name: 'Zimbra',
    html:
      '<div>Sí.</div><hr data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"S" ' +
      '&lt;s@orballo.example&gt;<br><b>Para: </b>"Marta" &lt;m@c.example&gt;<br><b>Enviados: </b>Lunes, 3 de Enero 2022 ' +
      '10:00:00<br><b>Asunto: </b>Avería<br></div><div data-marker="__QUOTED_TEXT__"><div>¿Va?</div></div>',
    visible: 'Sí.',
    rule: 'header-block',
  },
  {
    name: 'Roundcube',
    html:
      '<p>Sí.</p><p id="reply-intro">El 2022-01-03 10:00, S escribió:</p><blockquote type="cite" style="padding: 0 0.4em; ' +
      'border-left: #1010ff 2px solid; margin: 0">¿Va?</blockquote>',
    visible: 'Sí.',
    rule: 'quote-header',
  },
  {
    name: 'a paragraph that an editor indented is no quote',
    html:
      '<div>Los datos:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>Lugo, calle Real 1' +
      '</div></blockquote><div>Gracias.</div>',
    visible: 'Los datos: Lugo, calle Real 1 Gracias.',
    rule: 'none',
  },
  {
    name: 'marks inside comments, styles and attributes are none',
    html:
      '<style>/* <div class="gmail_attr"> */</style><!-- <blockquote type=cite> --><p title="<blockquote type=cite>">Hola.' +
      '</p><p>1 < 2 y <ana@cliente.example></p>',
    visible: 'Hola. 1 < 2 y',
    rule: 'none',
  },
  {
    name: 'nothing but a quote is shown',
    html: '<blockquote type="cite"><div>¿Va?</div></blockquote>',
    visible: '> ¿Va?',
    rule: 'none',
  },
];
