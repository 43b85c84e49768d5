/** More HTML replies, as the mail programs of Spanish clients lay them out; in our own words. */
import type { HtmlReplyCase } from './html-cases.ts';

export const HTML_CLIENT_CASES: readonly HtmlReplyCase[] = [
  {
    name: 'Outlook 2000, original message as text',
    html:
      '<P><FONT SIZE=2>La web sigue sin cargar.</FONT></P><P><FONT SIZE=2>-----Mensaje original-----<BR>De: Soporte ' +
      '[<A HREF="mailto:s@orballo.example">mailto:s@orballo.example</A>]<BR>Enviado el: lunes, 03 de enero de 2022 10:00' +
      '<BR>Para: Marta<BR>Asunto: Avería</FONT></P><P><FONT SIZE=2>¿Va ya?</FONT></P>',
    visible: 'La web sigue sin cargar.',
    rule: 'original-message',
  },
  {
    name: 'Outlook Express, quote with a line at its left',
    html:
      '<DIV><FONT face=Arial size=2>Adjunto el recibo.</FONT></DIV><BLOCKQUOTE style="PADDING-RIGHT: 0px; PADDING-LEFT: ' +
      '5px; MARGIN-LEFT: 5px; BORDER-LEFT: #000000 2px solid; MARGIN-RIGHT: 0px"><DIV style="FONT: 10pt arial">----- ' +
      'Original Message ----- </DIV><DIV style="BACKGROUND: #e4e4e4; FONT: 10pt arial"><B>From:</B> Soporte </DIV><DIV>' +
      '<B>Sent:</B> Monday, January 03, 2022 10:00 AM</DIV><DIV><B>Subject:</B> Recibo</DIV><DIV>Falta el recibo.</DIV></BLOCKQUOTE>',
    visible: 'Adjunto el recibo.',
    rule: 'html-quote',
  },
  {
    name: 'Outlook 2007 to 2016, blue line above the header',
    html:
      '<div class=WordSection1><p class=MsoNormal>Buenos días,<o:p></o:p></p><p class=MsoNormal>El dominio es ' +
      "panaderia.example.<o:p></o:p></p><p class=MsoNormal>Un saludo, Marta<o:p></o:p></p><div><div style='border:none;" +
      "border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b><span>De:</span></b><span> Soporte " +
      '[mailto:s@orballo.example] <br><b>Enviado el:</b> lunes, 03 de enero de 2022 10:00<br><b>Para:</b> Marta<br>' +
      '<b>CC:</b> Luis<br><b>Asunto:</b> RE: [TQ-482913] Dominio<o:p></o:p></span></p></div></div><p class=MsoNormal>¿Qué ' +
      'dominio es?<o:p></o:p></p></div>',
    visible: 'Buenos días, El dominio es panaderia.example. Un saludo, Marta',
    rule: 'header-block',
  },
  {
    name: 'Outlook for Mac',
    html:
      '<div class="WordSection1"><p class="MsoNormal">Ya carga, gracias.</p><div style="border:none;border-top:solid #B5C4DF ' +
      '1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b><span style="font-size:12.0pt">De: </span></b><span>Soporte ' +
      '&lt;s@orballo.example&gt;<br><b>Fecha: </b>lunes, 3 de enero de 2022, 10:00<br><b>Para: </b>Marta &lt;m@c.example&gt;' +
      '<br><b>Asunto: </b>Web caída</span></p></div><p class="MsoNormal">¿Carga ya?</p></div>',
    visible: 'Ya carga, gracias.',
    rule: 'header-block',
  },
  {
    name: 'Outlook for iOS, with its own advertisement',
    html:
      '<div dir="auto">Perfecto.</div><div id="ms-outlook-mobile-signature">Obtener <a href="https://aka.ms/x">Outlook para ' +
      'iOS</a></div><div id="mail-editor-reference-message-container"><hr style="display:inline-block;width:98%"><div ' +
      'id="divRplyFwdMsg" dir="ltr"><b>De:</b> Soporte &lt;s@orballo.example&gt;<br><b>Enviado:</b> lunes, enero 3, 2022 ' +
      '10:00<br><b>Para:</b> Marta<br><b>Asunto:</b> Cambio</div><div>Cambiado.</div></div>',
    visible: 'Perfecto.',
    rule: 'header-block',
  },
  {
    name: 'new Outlook, reference container without a divider',
    html:
      '<div class="elementToProof">Sí, adelante.</div><div id="appendonsend"></div><div id="mail-editor-reference-message-container">' +
      '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>De:</b> Soporte<br><b>Enviado el:</b> lunes, 3 de enero ' +
      'de 2022 10:00<br><b>Para:</b> Marta<br><b>Asunto:</b> Presupuesto</p></div><p>¿Lo hacemos?</p></div>',
    visible: 'Sí, adelante.',
    rule: 'header-block',
  },
  {
    name: 'Gmail on Android',
    html:
      '<div dir="auto">Hecho.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">El lun., 3 ene. 2022 ' +
      '10:00, Soporte &lt;<a href="mailto:s@orballo.example">s@orballo.example</a>&gt; escribió:<br></div><blockquote ' +
      'class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">Reinicia.</blockquote></div>',
    visible: 'Hecho.',
    rule: 'quote-header',
  },
  {
    name: 'Gmail in Catalan',
    html:
      '<div dir="ltr">Gràcies, ja funciona.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" ' +
      'class="gmail_attr">Missatge de Suport &lt;s@orballo.example&gt; del dia dl., 3 de gen. 2022 a les 10:00:<br></div>' +
      '<blockquote class="gmail_quote">Ja va?</blockquote></div>',
    visible: 'Gràcies, ja funciona.',
    rule: 'quote-header',
  },
  {
    name: 'Apple Mail on macOS, with an answer below each question',
    html:
      '<div><blockquote type="cite"><div>El 3 ene 2022, a las 10:00, Soporte &lt;s@orballo.example&gt; escribió:</div><br>' +
      '<div>¿Qué usuario?</div></blockquote><div><br></div>El usuario es marta.<br><blockquote type="cite"><div>¿Desde ' +
      'cuándo?</div></blockquote><div>Desde ayer.</div></div>',
    visible: 'El usuario es marta. Desde ayer.',
    rule: 'html-quote',
  },
  {
    name: 'Mail on an iPhone',
    html:
      '<div dir="ltr">Sigue igual</div><div dir="ltr"><br>Enviado desde mi iPhone</div><div dir="ltr"><br><blockquote ' +
      'type="cite">El 3 ene 2022, a la(s) 10:00, Soporte &lt;s@orballo.example&gt; escribió:<br><br></blockquote></div>' +
      '<blockquote type="cite"><div dir="ltr">Prueba ahora.</div></blockquote>',
    visible: 'Sigue igual',
    rule: 'html-quote',
  },
  {
    name: 'Zimbra 8, quote with a line at its left',
    html:
      '<div style="font-family: arial"><div>Os envío el documento.</div><br><hr id="zwchr"><blockquote style="border-left:2px ' +
      'solid #1010FF;margin-left:5px;padding-left:5px;color:#000"><b>De: </b>"Soporte" &lt;s@orballo.example&gt;<br>' +
      '<b>Para: </b>"Marta" &lt;m@c.example&gt;<br><b>Enviados: </b>Lunes, 3 de Enero 2022 10:00:00<br><b>Asunto: </b>Documento' +
      '<br><br>Falta el documento.</blockquote></div>',
    visible: 'Os envío el documento.',
    rule: 'html-quote',
  },
  {
    name: 'Roundcube, with answers between the quoted paragraphs',
    html:
      '<p id="reply-intro">El 03-01-2022 10:00, Soporte escribió:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: ' +
      '#1010ff 2px solid; margin: 0"><div>¿Cuál es el buzón?</div></blockquote><p>ventas@panaderia.example</p><blockquote ' +
      'type="cite" style="border-left: #1010ff 2px solid"><div>¿Qué error da?</div></blockquote><p>Contraseña incorrecta.</p>',
    visible: 'ventas@panaderia.example Contraseña incorrecta.',
    rule: 'quote-header',
  },
  {
    name: 'Yahoo on an iPhone',
    html:
      '<div>Gracias por todo.</div><br><p><a href="https://yho.com/x">Enviado desde Yahoo Mail para iPhone</a></p><br>' +
      '<p class="yahoo-quoted-begin">El lunes, enero 3, 2022, 10:00, Soporte &lt;s@orballo.example&gt; escribió:</p>' +
      '<blockquote class="iosymail"><div>Cerramos el caso.</div></blockquote>',
    visible: 'Gracias por todo.',
    rule: 'quote-header',
  },
  {
    name: 'Thunderbird in Catalan, with a signature below the quote',
    html:
      '<p>D’acord.</p><div class="moz-cite-prefix">El 3/1/22 a les 10:00, Suport ha escrit:<br></div><blockquote type="cite" ' +
      'cite="mid:2@orballo.example"><p>Ho fem demà?</p></blockquote><pre class="moz-signature" cols="72">-- \nMarta Puig</pre>',
    visible: 'D’acord.',
    rule: 'quote-header',
  },
  {
    name: 'Samsung mail',
    html:
      '<div dir="auto">No me llega el correo.</div><div id="composer_signature" dir="auto">Enviado desde mi Galaxy</div><div>' +
      '<br></div><div align="left" dir="auto" style="font-size:100%"><div>-------- Mensaje original --------</div><div>De: ' +
      'Soporte &lt;s@orballo.example&gt; </div><div>Fecha: 3/1/22 10:00 (GMT+01:00) </div><div>A: Marta &lt;m@c.example&gt; ' +
      '</div><div>Asunto: Correo </div><div><br></div></div>¿Te llega?',
    visible: 'No me llega el correo.',
    rule: 'original-message',
  },
  {
    name: 'Proton Mail',
    html:
      '<div>De acuerdo.</div><div class="protonmail_signature_block"><div>Enviado con correo seguro de Proton Mail.</div></div>' +
      '<div class="protonmail_quote">El lunes, 3 de enero de 2022 a las 10:00, Soporte &lt;s@orballo.example&gt; escribió:<br>' +
      '<blockquote class="protonmail_quote" type="cite"><div>¿De acuerdo?</div></blockquote></div>',
    visible: 'De acuerdo.',
    rule: 'quote-header',
  },
];
